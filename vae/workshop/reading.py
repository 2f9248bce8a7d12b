"""What can be read of runs, by whoever keeps them and by processes that share the folder."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from pathlib import Path

from vae.config import ConfigError
from vae.history.job import Job
from vae.history.snapshots import Snapshot
from vae.history.snapshots import read as read_snapshot
from vae.model import checkpoint as checkpoints
from vae.model.checkpoint import Checkpoint, CheckpointError
from vae.workshop import names
from vae.workshop.errors import UnknownRun
from vae.workshop.folder import MODEL, RunFolder, epochs_behind
from vae.workshop.status import Status, title_of
from vae.workshop.worker import ROOT

SHIPPED = ROOT / "checkpoints" / "history"


class Runs(ABC):
    """Runs and what they have learned. `shipped` is the folder of the one that comes with the program."""

    def __init__(self, shipped: Path) -> None:
        self._shipped = RunFolder(shipped)

    @abstractmethod
    def has(self, run: str) -> bool:
        """Whether there is a run of a visitor of this name, told at once."""

    @abstractmethod
    def folder_of(self, run: str) -> RunFolder:
        """What is in a run's folder, for readers; told at once. Raises UnknownRun."""

    def shipped(self, run: str) -> RunFolder:
        """The folder of the run that comes with the program, if that is meant. Raises UnknownRun."""
        if run == names.SHIPPED and (self._shipped.path / "job.json").exists():
            return self._shipped
        raise UnknownRun("There is no such run (any more): start another one.")

    def is_there(self, name: str) -> bool:
        """Whether `find` may find that model, told at once."""
        wanted = names.parsed(name)
        return wanted is not None and (wanted.run == names.SHIPPED or self.has(wanted.run))

    def find(self, name: str) -> Checkpoint | None:
        """The model that `Status.model` names; None if there is none (any more)."""
        wanted = names.parsed(name)
        if wanted is None:
            return None
        try:
            found = self.folder_of(wanted.run).checkpoint()
        except (UnknownRun, CheckpointError):
            return None
        return found if epochs_behind(found) == wanted.epoch else None

    def snapshot(self, run: str, index: int) -> tuple[Snapshot, Job]:
        """A moment of a run. Raises UnknownRun if there is none."""
        folder = self.folder_of(run)
        try:
            return read_snapshot(index, folder.path), folder.job()
        except (OSError, ValueError, KeyError) as error:
            raise UnknownRun(f"Snapshot {index} of this run is not there.") from error

    def file(self, run: str) -> tuple[str, bytes]:
        """The model of a run as a file of its own, with a name for it. Raises UnknownRun."""
        try:
            found = self.folder_of(run).checkpoint()
        except CheckpointError as error:
            raise UnknownRun("This run has no model yet: wait for its first epoch.") from error
        with tempfile.TemporaryDirectory(prefix="latent-atlas-") as folder:
            path = Path(folder) / MODEL
            checkpoints.save(found, path)
            return f"latent-atlas-{run}-{epochs_behind(found)}.pt", path.read_bytes()


def status_of(run: str, folder: RunFolder, place: int) -> Status:
    """How a run stands by what its folder holds, at this place in the queue. Raises UnknownRun."""
    standing = folder.standing()
    try:
        job = folder.job()
    except ConfigError as error:
        raise UnknownRun("This run's settings cannot be read: start another one.") from error
    trains = standing is not None and standing.state == "training"
    pulse = folder.pulse() if trains else None
    trained = None if trains else folder.trained()
    reports = folder.reports()
    return Status(
        run=run,
        title=title_of(job),
        state=standing.state if standing else "finished",
        reason=standing.reason if standing else "",
        place=place,
        epoch=pulse.epoch if pulse else reports[-1].epoch if reports else float(trained or 0),
        epochs=job.training.epochs,
        seconds_left=pulse.seconds_left if pulse else None,
        snapshots=folder.snapshots(),
        reports=reports,
        model=None if trained is None else str(names.ModelName(run, trained)),
        job=job,
    )
