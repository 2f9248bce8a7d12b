"""A training run that leaves its history: snapshots and reports, the first of them within the first epoch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.data import Digits, digest_of, to_unit
from vae.datasets.dataset import Dataset
from vae.history import reports, snapshots
from vae.history.job import Job
from vae.history.reports import Report
from vae.history.snapshots import SHOWN, Snapshot
from vae.history.yardstick import Yardstick
from vae.model.checkpoint import packed
from vae.model.files import PARTIAL, write_bytes
from vae.model.objective import beta_at
from vae.training.fitting import Diverged
from vae.training.runs import VAERun
from vae.training.stages import VAEFit

MODEL, PULSE = "model.pt", "pulse.json"  # files of a run's folder
EARLY = (0.125, 0.25, 0.5)  # epochs: there most of what is learned of the plane is learned
PULSE_EVERY = 0.5  # seconds


@dataclass
class RecordedRun(VAERun):
    """Keeps a run's folder, in which `path` is the model.

    Snapshot and report of an epoch are written before the model, so that whoever is killed between them makes
    both again when the run goes on.
    """

    yardstick: Yardstick = field(kw_only=True)
    ready: Callable[[], None] = field(kw_only=True, default=lambda: None)  # the map can be shown

    def begin(self) -> None:
        self._sweep()
        self.early = early_steps(self.fit.steps)
        self.begun, self.since = self.fit.epoch, time.monotonic()
        if self.fit.done == 0:
            self.record(0, 0.0)
        self._tell()
        self.ready()
        self.fit.watch = self._watch

    def write(self, progress: Mapping[str, Any] | None) -> None:
        self.record(len(self.early) + self.fit.done, float(self.fit.done))
        super().write(progress)
        self._tell()

    def record(self, index: int, epoch: float) -> None:
        """Write snapshot and report of the model as it stands. Raises Diverged and FileError."""
        checkpoint = self.checkpoint(self.fit.weights(), None)
        posterior = self.encoded(checkpoint, to_unit(self.test.images[:SHOWN]))
        report = self._report(*self.yardstick.measure(checkpoint.build(self.fit.device)), epoch)
        decoder = {
            name: value for name, value in checkpoint.weights.items() if name.startswith(snapshots.DECODER)
        }
        means, log_variances = (part.numpy().astype(np.float16) for part in posterior)
        snapshots.write(Snapshot(epoch, means, log_variances, packed(decoder)), index, self.path.parent)
        reports.append(report, self.path.parent)

    def _report(self, train: reports.Losses, held_out: reports.Losses, epoch: float) -> Report:
        figures = [value for value in (*astuple(train), *astuple(held_out)) if value is not None]
        if not all(map(math.isfinite, figures)):
            raise Diverged(self.fit.epoch)
        config, variational = self.fit.config, self.fit.model.config.variational
        beta = beta_at(config.beta_schedule, config.beta, epoch, config.annealing_epochs)
        before = [one for one in reports.read_reports(self.path.parent) if one.epoch < epoch]
        images = (epoch - before[-1].epoch) * self.fit.steps * self.fit.batch_size if before else 0.0
        seconds = self.fit.seconds - before[-1].seconds if before else 0.0
        return Report(
            epoch=epoch,
            train=train,
            held_out=held_out,
            beta=beta if variational else 0.0,
            seconds=round(self.fit.seconds, 3),
            images_per_second=round(images / seconds, 1) if seconds > 0 else 0.0,
        )

    def _watch(self, losses: Mapping[str, Tensor]) -> None:
        """After every step."""
        early = self.early.get(self.fit.schedule.last_epoch)
        if early is not None:
            self.record(*early)
        if early is not None or time.monotonic() - self.told > PULSE_EVERY:
            if not torch.isfinite(losses["loss"]):
                raise Diverged(self.fit.epoch)
            self._tell()

    def _tell(self) -> None:
        """Write how far the run is. The time left is told by the pace since this process began."""
        self.told = time.monotonic()
        epoch, left = self.fit.epoch, self.fit.config.epochs - self.fit.epoch
        pace = (self.told - self.since) / (epoch - self.begun) if epoch > self.begun else None
        pulse = {
            "epoch": round(epoch, 3),
            "seconds": round(self.fit.seconds, 1),
            "seconds_left": round(pace * left, 1) if pace is not None else 0.0 if left == 0 else None,
        }
        write_bytes(json.dumps(pulse).encode(), self.path.parent / PULSE)

    def _sweep(self) -> None:
        """Remove what writers that were killed have left of files that only this process writes."""
        folder = self.path.parent
        for pattern in (f"{snapshots.FOLDER}/.*", f".{reports.FILE}.*", f".{PULSE}.*"):
            for left in folder.glob(f"{pattern}{PARTIAL}"):
                left.unlink(missing_ok=True)


def early_steps(steps: int) -> dict[int, tuple[int, float]]:
    """After which steps of a first epoch of so many there is a snapshot: its index and epoch.

    Short epochs have fewer: no two after the same step, none after the last.
    """
    found: dict[int, float] = {}
    for epoch in EARLY:
        step = round(epoch * steps)
        if 0 < step < steps:
            found.setdefault(step, epoch)
    return {step: (index, epoch) for index, (step, epoch) in enumerate(found.items(), start=1)}


def subset(digits: Digits, images: int, seed: int) -> Digits:
    """The first so many of the digits in an order that the seed draws."""
    order = np.random.default_rng(seed).permutation(len(digits.labels))[:images]
    return Digits(digits.images[order], digits.labels[order])


def prepare_recorded(job: Job, data: Dataset, device: torch.device, folder: Path) -> RecordedRun:
    """The run of a job in its folder, with or without a beginning there."""
    train = subset(data.train, job.images, job.training.seed)
    return RecordedRun(
        VAEFit(job.model, job.training, train, device),
        folder / MODEL,
        f"training page, recipe {job.recipe}",
        digest_of(train),
        data.test,
        data.name,
        data.classes,
        yardstick=Yardstick(train, data.test, job.model.likelihood, device),
    )
