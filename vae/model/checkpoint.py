"""One file per model: weights, configuration, latents of the test set, measured figures, provenance."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import LATENT_DIM, ModelConfig, TrainingConfig
from vae.model import ladder
from vae.model.files import write_atomically
from vae.model.network import VAE

FORMAT = "latent-atlas"
VERSION = 1
DECODER_KIND = "vae"

State = Literal["absent", "finished", "interrupted", "unreadable"]
Provenance = dict[str, str | int | float]


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read; the message is one sentence that names the file and says what to do."""


class AnotherKind(CheckpointError):
    """The file is ours and sound, but holds something else than was asked for."""


@dataclass(frozen=True)
class Latents:
    """The encoder's answer to the 10,000 test digits, in MNIST's own order."""

    means: NDArray[np.float32]  # (n, 2)
    log_variances: NDArray[np.float32]  # (n, 2); minus infinity for a plain autoencoder
    labels: NDArray[np.uint8]  # (n,)

    def __post_init__(self) -> None:
        rows = (len(self.labels), LATENT_DIM)
        if self.means.shape != rows or self.log_variances.shape != rows:
            raise ValueError("latent means, log-variances and labels differ in length")
        if not np.isfinite(self.means).all() or np.isnan(self.log_variances).any():
            raise ValueError("latents are not numbers")


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file holds. `figures` are measured on the test set, in nats where not stated."""

    model_config: ModelConfig
    training_config: TrainingConfig
    weights: Mapping[str, Tensor]
    latents: Latents
    figures: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=dict)
    progress: Mapping[str, Any] | None = None  # what --resume needs; None once training is complete

    def build(self, device: torch.device | str = "cpu") -> VAE:
        """The model with these weights on `device`, in evaluation mode, its parameters frozen."""
        model = self._outline()
        own = {name: value.to(device, copy=True) for name, value in self.weights.items()}
        model.load_state_dict(own, assign=True)
        model.to(device)  # what no file holds, too: a lattice that follows from the configuration
        return model.eval().requires_grad_(False)

    def size(self, part: Literal["encoder", "decoder"]) -> int:
        """How many numbers training has set in that part of the model."""
        return sum(
            value.numel()
            for name, value in self.weights.items()
            if name.startswith(f"{part}.") and value.is_floating_point()
        )

    def check_fit(self) -> None:
        """Raises RuntimeError if weights and configuration do not fit together."""
        self._outline().load_state_dict(dict(self.weights), assign=True)

    def _outline(self) -> VAE:
        """The network without numbers: drawing some, only to be overwritten, takes longer than the rest."""
        with torch.device("meta"):
            return VAE(self.model_config)

    def with_figures(self, figures: Mapping[str, float]) -> Checkpoint:
        """The same checkpoint with figures added or replaced."""
        return replace(self, figures={**self.figures, **figures})


def as_stored(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they come back from a file: rounded to half precision.

    It costs less than 0.001 nats and saves half the bytes. Latents and figures are computed from these, so
    that they belong to the file and not to the run that wrote it.
    """
    return unpacked(packed(weights))


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Floating-point weights in half precision, for a file."""
    return {
        name: value.cpu().half() if value.is_floating_point() else value for name, value in weights.items()
    }


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights from a file in single precision."""
    return {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}


def finite(weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The weights themselves. Raises ValueError if one of them is no number."""
    for name, value in weights.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{name} is not finite")
    return weights


def read_payload(path: Path, kind: str) -> dict[str, Any]:
    """The dictionary in a file of the given kind. Raises CheckpointError."""
    try:
        payload = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} does not exist: {_remake(path)}.") from error
    except Exception as error:  # the unpickler fails in many ways on foreign bytes; all mean the same
        raise CheckpointError(f"{path} is damaged or not a checkpoint: {_remake(path)}.") from error
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        raise CheckpointError(f"{path} was not written by Latent Atlas: {_remake(path)}.")
    if payload.get("version") != VERSION:
        raise CheckpointError(
            f"{path} has format version {payload.get('version')}, but this program reads version {VERSION}: "
            f"{_remake(path)}."
        )
    if payload.get("kind") != kind:
        raise AnotherKind(f"{path} holds a {payload.get('kind')}, not a {kind}: choose another file.")
    return payload


def kind_of(path: Path) -> str:
    """What a file says it holds ("vae", "classifier"). Raises CheckpointError like `load`."""
    try:
        payload = torch.load(path, map_location="meta", weights_only=True)
        return str(payload.get("kind", DECODER_KIND))
    except Exception:  # whatever is wrong with it, reading it as a VAE says so in one sentence
        return DECODER_KIND


def state_of(path: Path) -> State:
    """Whether a file holds a finished model or a training run that was stopped."""
    if not path.is_file():
        return "absent"
    try:
        payload = torch.load(path, map_location="meta", weights_only=True)
        return "finished" if payload["progress"] is None else "interrupted"
    except Exception:  # damaged or of another program
        return "unreadable"


@contextmanager
def assembled(path: Path) -> Iterator[None]:
    """Whatever goes wrong while a payload's parts are put together becomes a CheckpointError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CheckpointError(f"{path} is incomplete or its parts do not fit: {_remake(path)}.") from error


def header(kind: str) -> dict[str, Any]:
    """What every file of ours begins with."""
    return {"format": FORMAT, "version": VERSION, "kind": kind}


def _remake(path: Path) -> str:
    """What to do about a file: the command that makes this very file, where its name says which."""
    beta = ladder.beta_of(path.stem)
    if beta and path.parent.name == ladder.FOLDER:
        again, out = f"make it again with `{ladder.command(beta)}", path.parent.parent
    elif path.stem in ("vae", "autoencoder", "classifier"):
        again, out = f"make it again with `python -m vae train --preset {path.stem}", path
    else:
        again, out = "train a new VAE in its place with `python -m vae train --preset vae", path
    return f"restore it, or {again} --out {shlex.quote(str(out))}`"


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write the checkpoint atomically to `path`."""
    latents = checkpoint.latents
    write_atomically(
        {
            **header(DECODER_KIND),
            "model_config": asdict(checkpoint.model_config),
            "training_config": asdict(checkpoint.training_config),
            "weights": packed(checkpoint.weights),
            "latents": {
                "means": torch.from_numpy(latents.means),
                "log_variances": torch.from_numpy(latents.log_variances),
                "labels": torch.from_numpy(latents.labels),
            },
            "figures": dict(checkpoint.figures),
            "provenance": dict(checkpoint.provenance),
            "progress": checkpoint.progress,
        },
        path,
    )


def load(path: Path) -> Checkpoint:
    """Read a checkpoint with `weights_only=True`.

    Raises CheckpointError if the file is missing, truncated, foreign, of another version, if weights and
    configuration do not fit together, or if weights are no numbers.
    """
    payload = read_payload(path, DECODER_KIND)
    with assembled(path):
        checkpoint = Checkpoint(
            model_config=ModelConfig(**payload["model_config"]),
            training_config=TrainingConfig(**payload["training_config"]),
            weights=finite(unpacked(payload["weights"])),
            latents=Latents(**{name: value.numpy() for name, value in payload["latents"].items()}),
            figures={str(name): float(value) for name, value in payload["figures"].items()},
            provenance=payload["provenance"],
            progress=payload["progress"],
        )
        checkpoint.check_fit()
    return checkpoint
