"""What is known of a run at each snapshot: one line of JSON each, in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from vae.model.files import write_bytes

FILE = "reports.jsonl"


@dataclass(frozen=True)
class Losses:
    """Means over the same images at every snapshot, in nats; each image's one posterior sample, one pass.

    For the squared error as likelihood `reconstruction` is the squared error itself, without a unit, and
    `elbo` is minus its sum with the KL divergence: up to a constant the ELBO of Gaussian pixels with variance
    1/2. A plain autoencoder has no KL divergence and no ELBO.
    """

    reconstruction: float
    kl: float | None
    elbo: float | None


@dataclass(frozen=True)
class Report:
    """One snapshot of a run. Training and held-out images are measured by the same estimator."""

    epoch: float  # 0 before the first step, 0.125 after an eighth of the first epoch
    train: Losses
    held_out: Losses
    beta: float  # weight of the KL divergence here
    seconds: float  # of training until here
    images_per_second: float  # since the last report; 0 at the first


def append(report: Report, folder: Path) -> None:
    """Write the file anew with one more line; reports of this epoch and later ones are replaced."""
    kept = [one for one in read_reports(folder) if one.epoch < report.epoch]
    write_reports([*kept, report], folder)


def write_reports(reports: Sequence[Report], folder: Path) -> None:
    """Raises FileError."""
    text = "".join(json.dumps(asdict(one)) + "\n" for one in reports)
    write_bytes(text.encode(), folder / FILE)


def read_reports(folder: Path) -> list[Report]:
    """The reports of a run, none if there are none yet. Raises ValueError for what are none."""
    path = folder / FILE
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        losses = {name: Losses(**told[name]) for name in ("train", "held_out")}
        found.append(Report(**{**told, **losses}))
    return found
