"""A run's folder as the workshop sees it: what the worker has written there, and how the run stands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from vae.config import MOST
from vae.history import snapshots
from vae.history.job import Job, read_job
from vae.history.reports import FILE as REPORTS
from vae.history.reports import Report, read_reports
from vae.model import checkpoint as checkpoints
from vae.model.checkpoint import Checkpoint, CheckpointError
from vae.model.files import PARTIAL, write_bytes
from vae.workshop.status import State

STATE, MODEL, PULSE = "state.json", "model.pt", "pulse.json"

T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """What only the workshop knows of a run."""

    state: State
    reason: str = ""
    key_sha256: str = ""
    visitor: str = ""  # the address that started it
    since: float = 0.0  # seconds since 1970


@dataclass(frozen=True)
class Pulse:
    """How far a run is that trains; the worker says so about twice a second."""

    epoch: float
    seconds_left: float | None


class Fresh(Generic[T]):
    """What `read` makes of a file, read again only when the file has changed; None while there is none."""

    def __init__(self, path: Path, read: Callable[[Path], T | None]) -> None:
        self._path = path
        self._read = read
        self._known: tuple[tuple[int, int, int], T | None] | None = None  # its stamp, and what was read

    def get(self) -> T | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        known = self._known
        if known is None or known[0] != stamp:
            self._known = known = (stamp, self._read(self._path))
        return known[1]


class RunFolder:
    """One run's folder. Anybody may read; who changes how it stands holds the workshop's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._job = Fresh(path / "job.json", lambda file: read_job(file.parent))
        self._reports = Fresh(path / REPORTS, lambda file: read_reports(file.parent))
        self._pulse = Fresh(path / PULSE, _read_pulse)
        self._trained = Fresh(path / MODEL, _trained_epochs)
        self._standing = Fresh(path / STATE, _read_standing)
        self._epochs: dict[int, Fresh[float]] = {}

    def job(self) -> Job:
        """Raises ConfigError."""
        return self._job.get() or read_job(self.path)

    def standing(self) -> Standing | None:
        """None if the workshop has not written here, or not to the end."""
        return self._standing.get()

    def stand(self, **changes: Any) -> None:
        """Change how the run stands. Raises FileError."""
        standing = replace(self.standing() or Standing("paused"), **changes)
        write_bytes(json.dumps(asdict(standing)).encode(), self.path / STATE)

    def reports(self) -> list[Report]:
        with suppress(ValueError, LookupError, TypeError):
            return self._reports.get() or []
        return []

    def pulse(self) -> Pulse | None:
        return self._pulse.get()

    def trained(self) -> int | None:
        """The epochs that the model here has behind it; None without a model that can be read."""
        return self._trained.get()

    def checkpoint(self) -> Checkpoint:
        """The model here, without what training needs to go on. Raises CheckpointError."""
        return replace(checkpoints.load(self.path / MODEL), progress=None)

    def snapshots(self) -> list[float]:
        """The epochs of the snapshots, in order."""
        epochs: list[float] = []
        while (epoch := self._snapshot(len(epochs)).get()) is not None:
            epochs.append(epoch)
        return epochs

    def size(self) -> int:
        """Bytes of all files."""
        size = 0
        for file in self.path.rglob("*"):
            with suppress(OSError):  # gone meanwhile
                size += file.stat().st_size
        return size

    def tidy(self) -> None:
        """Sweep away what a process that was killed had not written to the end, and its last pulse."""
        for left in [*self.path.rglob(f".*{PARTIAL}"), self.path / PULSE]:
            with suppress(OSError):
                left.unlink()

    def forget_training(self) -> None:
        """Keep what was learned, but not what training needs to go on. Raises CheckpointError, FileError."""
        if checkpoints.state_of(self.path / MODEL) == "interrupted":
            checkpoints.save(self.checkpoint(), self.path / MODEL)

    def remove(self) -> None:
        """All at once for whoever looks, then file by file."""
        gone = self.path.with_name(f".{self.path.name}{PARTIAL}")
        with suppress(OSError):
            self.path.rename(gone)
        for path in (gone, self.path):
            shutil.rmtree(path, ignore_errors=True)

    def _snapshot(self, index: int) -> Fresh[float]:
        return self._epochs.setdefault(index, Fresh(snapshots.path_of(index, self.path), _epoch_of))


def epochs_behind(checkpoint: Checkpoint) -> int:
    """The epochs that a model says it has behind it, 0 if it does not say so in a number."""
    said = checkpoint.provenance.get("epochs")
    return said if isinstance(said, int) and 0 <= said <= MOST else 0


def _trained_epochs(file: Path) -> int | None:
    try:
        return epochs_behind(checkpoints.load(file))
    except CheckpointError:
        return None


def _read_standing(file: Path) -> Standing | None:
    try:
        return Standing(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _read_pulse(file: Path) -> Pulse | None:
    try:
        told = json.loads(file.read_bytes())
        left = told.get("seconds_left")
        return Pulse(float(told["epoch"]), None if left is None else float(left))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _epoch_of(file: Path) -> float | None:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return float(stored["epoch"])
    except (OSError, ValueError, LookupError):
        return None
