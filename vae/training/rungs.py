"""Training a rung of the beta ladder, so that neighbouring rungs have maps that can be compared."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from vae.config import TrainingConfig
from vae.data import Digits, digest_of, to_unit
from vae.model import ladder
from vae.model.checkpoint import Checkpoint, CheckpointError, Provenance, load
from vae.model.network import encode_all
from vae.training.fitting import EpochReport
from vae.training.orientation import best_orientation, oriented, written
from vae.training.presets import rung
from vae.training.runs import VAERun
from vae.training.stages import VAEFit


@dataclass
class RungRun(VAERun):
    """A rung that begins with the weights of `start`, or whose finished axes are turned to match `like`."""

    start: Checkpoint | None = None
    like: Checkpoint | None = None
    story: Provenance | None = None  # what was done to make the maps comparable, for the provenance

    def epochs(self) -> Iterator[EpochReport]:
        if self.start is not None and self.fit.done == 0:
            self.fit.model.load_state_dict(dict(self.start.weights))
        return super().epochs()

    def finished(self, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        if self.like is None:
            return weights
        model = copy.deepcopy(self.fit.model).cpu()
        model.load_state_dict(dict(weights))
        means = encode_all(model.eval(), to_unit(self.test.images)).mean.numpy()
        orientation = best_orientation(means, self.like.latents.means)
        self.story = {"orientation": f"{written(orientation)}, of eight the closest to the autoencoder's map"}
        return oriented(weights, orientation)

    def provenance(self) -> Provenance:
        return super().provenance() | (self.story or {})


def prepare_rung(
    beta: float,
    config: TrainingConfig,
    digits: tuple[Digits, Digits],
    device: torch.device,
    folder: Path,
    command: str,
) -> RungRun:
    """The run that makes the rung `beta` in `folder` with its (possibly changed) settings.

    Raises CheckpointError if the rung it starts from, or is oriented by, is not complete in `folder`.
    """
    train, test = digits
    model = rung(beta).model
    assert model is not None
    neighbour = ladder.neighbour(beta)
    run = RungRun(
        VAEFit(model, config, train, device),
        folder / ladder.file(beta),
        command,
        digest_of(train),
        test,
    )
    if neighbour is not None:
        run.start = complete(neighbour, folder)
        run.story = {"start": f"the weights of the rung beta = {neighbour:g}"}
    elif beta:
        run.like = complete(0, folder)
    return run


def complete(beta: float, folder: Path) -> Checkpoint:
    """A rung that was trained to the end. Raises CheckpointError."""
    checkpoint = load(folder / ladder.file(beta))
    if checkpoint.progress is not None:
        raise CheckpointError(
            f"The rung beta = {beta:g} is not trained to the end: go on with "
            f"`{ladder.command(beta)} --resume`."
        )
    return checkpoint
