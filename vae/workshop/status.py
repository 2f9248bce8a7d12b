"""How a run stands, as pages and routes are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vae.history.job import Job
from vae.history.reports import Report

State = Literal["waiting", "training", "paused", "stopped", "finished", "failed", "uploaded"]
Command = Literal["pause", "resume", "stop", "discard"]


@dataclass(frozen=True)
class Started:
    """A run's name, for addresses, and the secret that commands it."""

    run: str
    key: str


@dataclass(frozen=True)
class Status:
    """How a run stands."""

    run: str
    title: str
    state: State
    reason: str  # one sentence on why it does not train, or empty
    place: int  # in the queue: 1 is next; 0 while it trains and when it does not wait
    epoch: float  # trained so far
    epochs: int
    seconds_left: float | None  # None while that cannot be told
    snapshots: Sequence[float]  # their epochs
    reports: Sequence[Report]
    model: str | None  # by which the decoder service knows what it has learned, None while it trains
    job: Job


def title_of(job: Job) -> str:
    """A plain name for what a run trains: "VAE", "Autoencoder", "VAE, β = 4"."""
    if not job.model.variational:
        return "Autoencoder"
    beta = job.training.beta
    return "VAE" if beta == 1 else f"VAE, β = {beta:g}"
