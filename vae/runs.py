"""From a recipe to a checkpoint file: training with a complete file after every epoch."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from vae.checkpoint import Checkpoint, Latents, Provenance, load, save
from vae.data import Digits, digest_of
from vae.device import describe, machine
from vae.evidence import to_unit
from vae.latent import encode_all
from vae.training import EpochReport, Fit, ProgressError


@dataclass
class Run:
    """A training run that keeps `path` readable throughout.

    After every epoch `path` holds a complete checkpoint, with what is needed to go on; after the last one,
    without. A finished checkpoint that was there before is kept beside it with the suffix .previous.
    """

    fit: Fit
    test: Digits
    path: Path
    command: str
    data_digest: str

    @classmethod
    def prepare(cls, fit: Fit, train: Digits, test: Digits, path: Path, command: str) -> Run:
        return cls(fit, test, path, command, digest_of(train))

    def resume(self) -> None:
        """Take up the run in `path`. Raises CheckpointError or ProgressError."""
        progress = load(self.path).progress
        if progress is None:
            raise ProgressError(f"{self.path} is complete: there is nothing to resume.")
        self.fit.restore(progress)

    def epochs(self) -> Iterator[EpochReport]:
        """Train to the end, writing the file before each report."""
        if self.path.exists() and self.fit.done == 0:
            self.path.replace(self.path.with_name(f"{self.path.name}.previous"))
        for report in self.fit.epochs():
            save(self.checkpoint(finished=report.epoch == report.epochs), self.path)
            yield report

    def checkpoint(self, finished: bool) -> Checkpoint:
        """The model as it is now, with the latents of the grey-valued test images."""
        bare = Checkpoint(
            self.fit.model.config,
            self.fit.config,
            self.fit.weights(),
            Latents(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32), np.zeros(0, np.uint8)),
            provenance=self._provenance(),
            progress=None if finished else self.fit.progress(),
        )
        posterior = encode_all(bare.build(self.fit.device), to_unit(self.test.images))
        latents = Latents(posterior.mean.numpy(), posterior.log_variance.numpy(), self.test.labels)
        return Checkpoint(**{**vars(bare), "latents": latents})

    def _provenance(self) -> Provenance:
        return {
            "command": self.command,
            "seed": self.fit.config.seed,
            "training_images": len(self.fit.images),
            "data_sha256": self.data_digest,
            "epochs": self.fit.done,
            "seconds": round(self.fit.seconds, 1),
            "device": describe(self.fit.device),
            "machine": machine(),
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        }
