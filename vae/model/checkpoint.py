"""One file per model: weights, configuration, latents of the test set, measured figures, provenance."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vae.config import LATENT_DIM, ModelConfig, TrainingConfig
from vae.datasets.dataset import DIGIT_NAMES, MNIST, MOST_CLASSES
from vae.model import archive, ladder
from vae.model.archive import Unusable
from vae.model.files import write_atomically
from vae.model.layers import LOG_VARIANCE_RANGE
from vae.model.network import VAE
from vae.plane.box import Box, central_box, hole_in
from vae.plane.limits import LIMIT, kept
from vae.plane.neighbours import reach
from vae.plane.pairs import shown_pairs

FORMAT = "latent-atlas"
VERSION = 1
DECODER_KIND = "vae"

State = Literal["absent", "finished", "interrupted", "unreadable"]
Provenance = dict[str, str | int | float]

FEWEST = 11  # latents: the accuracy of the ten nearest neighbours asks for ten others
LARGEST_FIGURE = 1e9  # and longest name; ours have four digits and thirty letters
LONGEST_NAME = 60


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read; the message is one sentence that names the file and says what to do."""


class AnotherKind(CheckpointError):
    """The file is ours and sound, but holds something else than was asked for."""


@dataclass(frozen=True)
class Latents:
    """The encoder's answer to the held-out images, MNIST's 10,000 test digits, in their own order."""

    means: NDArray[np.float32]  # (n, 2)
    log_variances: NDArray[np.float32]  # (n, 2); minus infinity for a plain autoencoder
    labels: NDArray[np.uint8]  # (n,)

    def __post_init__(self) -> None:
        rows = (len(self.labels), LATENT_DIM)
        if self.means.shape != rows or self.log_variances.shape != rows or self.labels.ndim != 1:
            raise ValueError("latent means, log-variances and labels differ in length")
        if not np.isfinite(self.means).all() or np.isnan(self.log_variances).any():
            raise ValueError("latents are not numbers")

    @cached_property
    def reach(self) -> float:
        """Beyond this distance of the nearest code no code lives near a point (`neighbours.reach`)."""
        return reach(self.means)

    @cached_property
    def central_box(self) -> Box:
        """Where all but the outlying codes lie (`box.central_box`)."""
        return central_box(self.means)

    @cached_property
    def shown_pairs(self) -> NDArray[np.intp]:
        """The pairs of images that are walked between (`pairs.shown_pairs`)."""
        return shown_pairs(self.labels)

    @cached_property
    def hole(self) -> tuple[float, float]:
        """The emptiest place among the central codes, (z1, z2), as it is kept (`box.hole_in`)."""
        z1, z2 = hole_in(self.means, self.central_box)
        return kept(z1), kept(z2)


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
    dataset: str = MNIST  # name of the images it was trained and measured on
    classes: tuple[str, ...] = DIGIT_NAMES  # names of what the labels count; empty without labels

    @property
    def is_judged(self) -> bool:
        """Whether the classifier knows what this model draws: it was taught MNIST's digits alone."""
        return self.dataset == MNIST

    def build(self, device: torch.device | str = "cpu") -> VAE:
        """The model with these weights on `device`, in evaluation mode, its parameters frozen."""
        model = outline(self.model_config)
        own = {name: value.to(device, copy=True) for name, value in self.weights.items()}
        model.load_state_dict(own, assign=True)
        model.to(device)  # what no file holds, too: a lattice that follows from the configuration
        return model.eval().requires_grad_(False)

    def size(self, part: Literal["encoder", "decoder"]) -> int:
        """How many numbers training has set in that part of the model."""
        return self._sizes[part]

    @cached_property
    def _sizes(self) -> Counter[str]:
        """The same of all parts: pages ask in every run."""
        sizes: Counter[str] = Counter()
        for name, value in self.weights.items():
            sizes[name.partition(".")[0]] += value.numel() if value.is_floating_point() else 0
        return sizes

    def with_figures(self, figures: Mapping[str, float]) -> Checkpoint:
        """The same checkpoint with figures added or replaced."""
        return replace(self, figures={**self.figures, **figures})


def outline(config: ModelConfig) -> VAE:
    """The network without numbers: drawing some, only to be overwritten, takes longer than the rest."""
    with torch.device("meta"):
        return VAE(config)


def as_stored(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they come back from a file: rounded to half precision.

    It costs less than 0.001 nats and saves half the bytes. Latents and figures are computed from these, so
    that they belong to the file and not to the run that wrote it.
    """
    return single(packed(weights))


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Floating-point weights in half precision, for a file."""
    return {
        name: value.cpu().half() if value.is_floating_point() else value for name, value in weights.items()
    }


def single(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Floating-point weights in single precision."""
    return {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}


def unpacked(stored: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """Weights from a file in single precision, checked before any is copied.

    Raises Unusable if they are not those of `model`, which may be without numbers, or if one is no number.
    """
    expected = {name: (value.shape, value.is_floating_point()) for name, value in model.state_dict().items()}
    found = {name: (value.shape, value.is_floating_point()) for name, value in stored.items()}
    if found != expected:
        raise Unusable("is incomplete or its parts do not fit")
    if not all(torch.isfinite(value).all() for value in stored.values()):
        raise Unusable("has weights that are no numbers")
    return single(stored)


def read_payload(path: Path, kind: str) -> dict[str, Any]:
    """The dictionary in a file of the given kind. Raises CheckpointError."""
    with assembled(path):
        payload: object = archive.read(path)
        if not isinstance(payload, dict) or not header(kind).keys() <= payload.keys():
            raise Unusable("was not written by Latent Atlas")
        written, version, found = (payload[name] for name in header(kind))
        if not isinstance(written, str) or written != FORMAT:
            raise Unusable("was not written by Latent Atlas")
        if not isinstance(version, int) or version != VERSION:
            raise Unusable(f"has format version {version!s:.20}, but this program reads version {VERSION}")
        if not _is_name(found):
            raise Unusable("does not say what it holds")
    if found != kind:
        raise AnotherKind(f"{path} holds a {found}, not a {kind}: choose another file.")
    return payload


def kind_of(path: Path) -> str:
    """What a file says it holds ("vae", "classifier"). Raises nothing: whatever is wrong, `load` says so."""
    try:
        return str(archive.read(path)["kind"])
    except Exception:
        return DECODER_KIND


def state_of(path: Path) -> State:
    """Whether a file holds a finished model or a training run that was stopped."""
    if not path.is_file():
        return "absent"
    try:
        return "finished" if archive.read(path)["progress"] is None else "interrupted"
    except Exception:  # damaged or of another program
        return "unreadable"


@contextmanager
def assembled(path: Path) -> Iterator[None]:
    """Whatever goes wrong while a file is read and its parts are put together becomes a CheckpointError."""
    try:
        yield
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} does not exist: {_remake(path)}.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CheckpointError(f"{path} cannot be read ({reason}): {_remake(path)}.") from error
    except Unusable as error:
        raise CheckpointError(f"{path} {error}: {_remake(path)}.") from error
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
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
            "dataset": checkpoint.dataset,
            "classes": list(checkpoint.classes),
        },
        path,
    )


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; see `vae.model.archive` for how.

    Raises CheckpointError if the file is missing, no file, damaged, foreign, of another version, if weights
    and configuration do not fit together, and if numbers are none or outside what pages can show.
    """
    payload = read_payload(path, DECODER_KIND)
    with assembled(path):
        config, names = ModelConfig(**payload["model_config"]), named(payload)
        return Checkpoint(
            model_config=config,
            training_config=TrainingConfig(**payload["training_config"]),
            weights=unpacked(payload["weights"], outline(config)),
            latents=stored_latents(payload["latents"], names["classes"]),
            **records(payload),
            **names,
        )


def named(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The data set and class names of a file; files without them are of MNIST. Raises Unusable."""
    dataset, classes = payload.get("dataset", MNIST), payload.get("classes", list(DIGIT_NAMES))
    if not isinstance(classes, list) or not all(map(_is_title, (dataset, *classes))):
        raise Unusable("has names that are none")
    if len(set(classes)) < len(classes):
        raise Unusable("has two classes of one name")
    if len(classes) > MOST_CLASSES:
        raise Unusable(f"has more than {MOST_CLASSES} classes")
    return {"dataset": dataset, "classes": tuple(classes)}


def stored_latents(stored: Mapping[str, Tensor], classes: Sequence[str] = DIGIT_NAMES) -> Latents:
    """The latents of a file whose labels count `classes`.

    Raises Unusable if a page or a measurement could not work with them.
    """
    latents = Latents(**{name: value.numpy() for name, value in stored.items()})
    means, log_variances, labels = latents.means, latents.log_variances, latents.labels
    if {means.dtype, log_variances.dtype} != {np.dtype(np.float32)} or labels.dtype != np.uint8:
        raise Unusable("has latents of another kind of numbers")
    if len(labels) < FEWEST:
        raise Unusable(f"has the latents of fewer than {FEWEST} images")
    if labels.max() >= max(len(classes), 1):
        raise Unusable("has labels that none of its classes has")
    if np.abs(means).max() > LIMIT:
        raise Unusable(f"has latent means beyond {LIMIT:g}")
    if (means == means[0]).all():
        raise Unusable("has one and the same latent mean for all images")
    if log_variances.max() > LOG_VARIANCE_RANGE[1]:
        raise Unusable("has posteriors that are too wide")
    return latents


def records(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The figures, provenance and progress of a file. Raises Unusable if they are of strange types."""
    figures, provenance, progress = (payload[name] for name in ("figures", "provenance", "progress"))
    for name, value in figures.items():
        if not _is_name(name) or not isinstance(value, int | float) or not abs(value) <= LARGEST_FIGURE:
            raise Unusable("has figures that are none")
    for name, value in provenance.items():
        if not _is_name(name) or not isinstance(value, str | int | float):
            raise Unusable("has a provenance that cannot be read")
    if not isinstance(progress, dict | None):
        raise Unusable("has a training state that cannot be read")
    figures = {name: float(value) for name, value in figures.items()}
    return {"figures": figures, "provenance": provenance, "progress": progress}


def _is_title(name: object) -> bool:
    """Whether it can be shown as the name of a data set or class."""
    return isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier() and len(name) <= LONGEST_NAME
