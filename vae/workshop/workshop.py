"""Training for visitors: one run at a time, the others wait in order; every run has its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vae.history.job import Job
from vae.history.reports import Report
from vae.model.checkpoint import Checkpoint

State = Literal["waiting", "training", "paused", "stopped", "finished", "failed", "uploaded"]
Command = Literal["pause", "resume", "stop", "discard"]


class UnknownRun(LookupError):
    """There is no such run (any more); the message is one sentence."""


class Refused(RuntimeError):
    """A run cannot be started or commanded; the message is one sentence that says what to do."""


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


class Workshop:
    """Runs below `folder`. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def start(self, job: Job) -> Started:
        """Queue a run. Raises Refused."""
        raise NotImplementedError

    def status(self, run: str, key: str = "") -> Status:
        """How a run stands; with its key, its owner is known to be there. Raises UnknownRun."""
        raise NotImplementedError

    def command(self, run: str, key: str, command: Command) -> None:
        """Pause, resume, stop and keep, or discard a run. Raises UnknownRun, and Refused for another key."""
        raise NotImplementedError

    def find(self, name: str) -> Checkpoint | None:
        """The model that `Status.model` names; None if there is none (any more)."""
        raise NotImplementedError

    def close(self) -> None:
        """End the run that trains, to be resumed, and the thread."""
        raise NotImplementedError
