"""From a recipe to a checkpoint file: training with a complete file after every epoch."""

from __future__ import annotations

import platform
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.config import TrainingConfig
from vae.data import Digits, digest_of, to_unit
from vae.datasets.dataset import DIGIT_NAMES, MNIST
from vae.device import describe, machine
from vae.model.checkpoint import Checkpoint, Latents, Provenance, as_stored, load, save, state_of
from vae.model.classifier import ClassifierCheckpoint, load_classifier, save_classifier
from vae.model.files import held, probe, require_replaceable, write_bytes
from vae.model.network import Posterior, encode_all
from vae.plane.limits import LIMIT
from vae.training.classifier import ClassifierFit
from vae.training.fitting import Diverged, EpochReport, Fit, ProgressError
from vae.training.presets import Preset
from vae.training.stages import VAEFit


@dataclass
class Run(ABC):
    """A training run that keeps `path` readable throughout.

    After every epoch `path` holds a complete checkpoint, with what is needed to go on; after the last one,
    without. What was there before stays until the first epoch is written, and a finished model is then kept
    beside it with the suffix .previous.
    """

    fit: Fit
    path: Path
    command: str
    data_sha256: str

    @abstractmethod
    def write(self, progress: Mapping[str, Any] | None) -> None:
        """Write the checkpoint as training stands."""

    @abstractmethod
    def read_progress(self) -> Mapping[str, Any] | None:
        """What an interrupted run left in `path`. Raises CheckpointError."""

    def resume(self) -> None:
        """Take up the run in `path`. Raises CheckpointError or ProgressError."""
        if not self.path.exists():
            raise ProgressError(
                f"{self.path} does not exist: there is nothing to resume, start without --resume."
            )
        progress = self.read_progress()
        if progress is None:
            raise ProgressError(f"{self.path} is complete: there is nothing to resume.")
        if progress.get("data_sha256") != self.data_sha256:
            raise ProgressError(
                f"The interrupted run in {self.path} was trained on other images: give --data the folder it "
                "had, or start without --resume."
            )
        self.fit.restore(progress)

    def epochs(self) -> Iterator[EpochReport]:
        """Train to the end, writing the file before each report.

        Raises FileError before the first epoch if the file cannot be written or another process writes it,
        and Diverged instead of writing what is no model.
        """
        require_replaceable(self.path)
        probe(self.path, self.fit.file_size())
        with held(self.path):
            self.begin()
            for report in self.fit.epochs():
                keep_previous(self.path)
                progress = {**self.fit.progress(), "data_sha256": self.data_sha256}
                self.write(None if report.epoch == report.epochs else progress)
                yield report

    def begin(self) -> None:  # noqa: B027 - most have nothing to do
        """What is done before the first step, once the file is held."""

    def provenance(self) -> Provenance:
        return {
            "command": self.command,
            "seed": self.fit.config.seed,
            "training_images": len(self.fit.images),
            "data_sha256": self.data_sha256,
            "epochs": self.fit.done,
            "seconds": round(self.fit.seconds, 1),
            "device": describe(self.fit.device),
            "machine": machine(),
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        }


def keep_previous(path: Path) -> None:
    """Copy a finished model to FILE.previous before its file is written anew.

    A run that was stopped is not kept, and what cannot be read takes no finished model's place.
    """
    previous = path.with_name(f"{path.name}.previous")
    state = state_of(path)
    if state == "finished" or (state == "unreadable" and not previous.exists()):
        write_bytes(path.read_bytes(), previous)


@dataclass
class VAERun(Run):
    """Trains a VAE or plain autoencoder; its file carries the latents of the grey-valued test images."""

    fit: VAEFit
    test: Digits
    dataset: str = MNIST  # name of the images, and of what their labels count
    classes: tuple[str, ...] = DIGIT_NAMES

    def write(self, progress: Mapping[str, Any] | None) -> None:
        weights = self.fit.weights() if progress is not None else self.finished(self.fit.weights())
        checkpoint = self.checkpoint(weights, progress)
        posterior = self.encoded(checkpoint, to_unit(self.test.images))
        latents = Latents(posterior.mean.numpy(), posterior.log_variance.numpy(), self.test.labels)
        save(replace(checkpoint, latents=latents), self.path)

    def checkpoint(self, weights: Mapping[str, Tensor], progress: Mapping[str, Any] | None) -> Checkpoint:
        """What a file says of a model with these weights, still without latents. Raises Diverged."""
        stored = as_stored(weights)
        if not all(torch.isfinite(value).all() for value in stored.values()):
            raise Diverged(self.fit.epoch)
        return Checkpoint(
            self.fit.model.config,
            self.fit.config,
            stored,
            Latents(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32), np.zeros(0, np.uint8)),
            provenance=self.provenance(),
            progress=progress,
            dataset=self.dataset,
            classes=self.classes,
        )

    def encoded(self, checkpoint: Checkpoint, images: Tensor) -> Posterior:
        """Posteriors of images (n, 784) in [0, 1]. Raises Diverged for means that no file may hold."""
        posterior = encode_all(checkpoint.build(self.fit.device), images)
        if not (posterior.mean.abs() <= LIMIT).all():
            raise Diverged(self.fit.epoch)
        return posterior

    def finished(self, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The weights as the finished file holds them."""
        return weights

    def read_progress(self) -> Mapping[str, Any] | None:
        return load(self.path).progress


@dataclass
class ClassifierRun(Run):
    """Trains the independent judge of decoded digits."""

    def write(self, progress: Mapping[str, Any] | None) -> None:
        weights = as_stored(self.fit.weights())
        checkpoint = ClassifierCheckpoint(self.fit.config, weights, {}, self.provenance(), progress)
        save_classifier(checkpoint, self.path)

    def read_progress(self) -> Mapping[str, Any] | None:
        return load_classifier(self.path).progress


def prepare(
    preset: Preset,
    config: TrainingConfig,
    digits: tuple[Digits, Digits],
    device: torch.device,
    path: Path,
    command: str,
    dataset: str = MNIST,
    classes: tuple[str, ...] = DIGIT_NAMES,
) -> Run:
    """The run of a preset with its (possibly changed) training settings on (training, test) digits.

    `dataset` names them, and `classes` what their labels count.
    """
    train, test = digits
    sha256 = digest_of(train)
    if preset.model is None:
        return ClassifierRun(ClassifierFit(config, train, device), path, command, sha256)
    return VAERun(VAEFit(preset.model, config, train, device), path, command, sha256, test, dataset, classes)
