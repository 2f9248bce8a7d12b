"""Training for visitors: one run at a time, the others wait in order; every run has its folder."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock, Timeout

from vae.history.job import Job
from vae.model import checkpoint as checkpoints
from vae.model.checkpoint import Checkpoint
from vae.model.files import PARTIAL
from vae.workshop import bounds, names
from vae.workshop.errors import NotYours, Refused, UnknownRun
from vae.workshop.folder import MODEL, RunFolder
from vae.workshop.reading import SHIPPED, Runs, status_of
from vae.workshop.status import Command, Started, State, Status
from vae.workshop.worker import COMMAND, Worker

__all__ = ["Command", "NotYours", "Refused", "Started", "State", "Status", "UnknownRun", "Workshop"]

GLANCE = 1.0  # seconds between two looks at who is there
WEIGH = 10.0  # seconds between two looks at how much is kept

ELSEWHERE = (
    "Another server on this machine keeps its runs in the same folder: use that one, or set "
    "LATENT_ATLAS_RUNS to another folder."
)
RESTARTED = "The server was started again: resume the training to go on."
PAUSED = "Paused: resume the training to go on."
NOBODY = "Nobody was here, so others went first: resume the training to go on."
KILLED = "The training was ended from outside, perhaps for want of memory: resume it to go on."
STOPPED = "Stopped before its last epoch: what it had learned by then is kept."


class Workshop(Runs):
    """Runs below `folder`. Thread-safe; how a run stands is in its folder, so that a restart loses nothing.

    `shipped` is the folder of a run that comes with the program; nobody commands it.
    """

    def __init__(self, folder: Path, shipped: Path = SHIPPED, worker: Sequence[str] = COMMAND) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(shipped)
        self.folder = folder
        self._command = worker
        self._runs: dict[str, RunFolder] = {}
        self._queue: list[str] = []
        self._training: tuple[str, Worker] | None = None
        self._seen: dict[str, float] = {}  # when each run's owner was seen last, monotonic clock
        self._weighed = 0.0  # when, monotonic clock
        self._closed = False
        self._changed = threading.Condition(threading.RLock())
        self._lock = FileLock(folder / ".lock", blocking=False, thread_local=False)
        if self._is_alone():
            self._take_over()
        self._thread = threading.Thread(target=self._run, name="workshop", daemon=True)
        self._thread.start()

    # -- what pages and routes ask for ---------------------------------------------------------------------

    def start(self, job: Job, visitor: str = "") -> Started:
        """Queue a run of a visitor, who is known by an address. Raises Refused."""
        with self._changed:
            self._require_few(visitor)
            started = self._add(job, "waiting", visitor)
            self._queue.append(started.run)
            self._changed.notify_all()
            return started

    def keep(self, checkpoint: Checkpoint, visitor: str = "") -> Started:
        """Keep a model that a visitor brought along, as a run that is over. Raises Refused."""
        job = Job(checkpoint.model_config, checkpoint.training_config, dataset=checkpoint.dataset)
        with self._changed:
            started = self._add(job, "uploaded", visitor)
            checkpoints.save(checkpoint, self._runs[started.run].path / MODEL)
            return started

    def status(self, run: str, key: str = "") -> Status:
        """How a run stands; with its key, its owner is known to be there. Raises UnknownRun."""
        folder = self.folder_of(run)
        with self._changed:
            standing = folder.standing()
            if standing and names.opens(key, standing.key_sha256):
                self._seen[run] = time.monotonic()
            place = self._queue.index(run) + 1 if run in self._queue else 0
        return status_of(run, folder, place)

    def command(self, run: str, key: str, command: Command) -> None:
        """Pause, resume, stop and keep, or discard a run.

        Raises UnknownRun, NotYours for another key, and Refused for what cannot be done as the run stands.
        """
        with self._changed:
            folder = self.folder_of(run)
            standing = folder.standing()
            if standing is None or not names.opens(key, standing.key_sha256):
                raise NotYours("Only whoever started this run can command it.")
            self._seen[run] = time.monotonic()
            {"pause": self._pause, "resume": self._resume, "stop": self._stop, "discard": self._discard}[
                command
            ](run, standing.state)
            self._changed.notify_all()

    def folder_of(self, run: str) -> RunFolder:
        """What is in a run's folder, for readers; told at once. Raises UnknownRun."""
        return self._runs[run] if run in self._runs else self.shipped(run)

    def has(self, run: str) -> bool:
        return run in self._runs

    def close(self) -> None:
        """End the run that trains, to be resumed, and the thread."""
        with self._changed:
            self._closed = True
            for run in [*self._queue, *([self._training[0]] if self._training else [])]:
                self._pause(run, "training", RESTARTED)
            self._changed.notify_all()
        self._thread.join()
        self._lock.release()

    # -- commands; whoever calls them holds the lock -------------------------------------------------------

    def _pause(self, run: str, state: State, reason: str = PAUSED) -> None:
        if state not in bounds.BUSY:
            raise Refused("This run does not train and does not wait, so there is nothing to pause.")
        self._withdraw(run)
        self._runs[run].stand(state="paused", reason=reason)

    def _resume(self, run: str, state: State) -> None:
        if state not in ("paused", "failed"):
            raise Refused("Only a training that is paused can be resumed.")
        self._require_few(self._visitor(run), besides=run)
        self._runs[run].stand(state="waiting", reason="")
        self._queue.append(run)

    def _stop(self, run: str, state: State) -> None:
        if state not in (*bounds.BUSY, "paused", "failed"):
            raise Refused("This run is over already, and what it has learned is kept.")
        self._withdraw(run)
        self._runs[run].forget_training()
        self._runs[run].stand(state="stopped", reason=STOPPED)

    def _discard(self, run: str, state: State = "stopped") -> None:
        self._withdraw(run)
        self._seen.pop(run, None)
        self._runs.pop(run).remove()

    def _withdraw(self, run: str) -> None:
        """Out of the queue, or out of training."""
        if run in self._queue:
            self._queue.remove(run)
        if self._training and self._training[0] == run:
            self._training[1].end()
            self._training = None
            self._runs[run].tidy()

    # -- keeping --------------------------------------------------------------------------------------------

    def _is_alone(self) -> bool:
        """Whether no other server process keeps its runs here; two would take each other's for their own."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def _take_over(self) -> None:
        """Runs that another server process left behind."""
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith(PARTIAL):
                RunFolder(path).remove()
            elif names.is_run(path.name) and path.is_dir():
                folder = self._runs[path.name] = RunFolder(path)
                standing = folder.standing()
                if standing is None:  # killed before it was written: nobody has its name
                    self._runs.pop(path.name).remove()
                elif standing.state in bounds.BUSY:
                    folder.tidy()
                    folder.stand(state="paused", reason=RESTARTED)

    def _add(self, job: Job, state: State, visitor: str) -> Started:
        if self._closed:
            raise Refused("The server is shutting down: try again when it is back.")
        if not self._lock.is_locked:
            raise Refused(ELSEWHERE)
        self._make_room(another=1)
        self._make_room_of_ones_own(visitor)
        started = Started(names.new_run(), names.new_key())
        folder = RunFolder(self.folder / started.run)
        job.write(folder.path)
        folder.stand(state=state, key_sha256=names.hashed(started.key), visitor=visitor, since=time.time())
        self._runs[started.run] = folder
        self._seen[started.run] = time.monotonic()
        return started

    def _make_room(self, another: int = 0) -> None:
        """Discard what goes first until the bounds hold. Raises Refused if that does not suffice."""
        self._weighed = time.monotonic()
        while len(self._runs) + another > bounds.MOST_RUNS or bounds.total(self._runs) > bounds.MOST_BYTES:
            run = bounds.next_to_go(MappingProxyType(self._runs), self._is_there)
            if run is None:
                raise Refused(bounds.FULL)
            self._discard(run)

    def _make_room_of_ones_own(self, visitor: str) -> None:
        """Discard a visitor's own oldest runs. Raises Refused if there are too many and none may go."""
        own = {run: folder for run, folder in self._runs.items() if visitor and self._visitor(run) == visitor}
        while len(own) >= bounds.EACH:
            run = bounds.next_to_go(own, self._is_there)
            if run is None:
                raise Refused(bounds.TOO_MANY_KEPT)
            own.pop(run)
            self._discard(run)

    def _require_few(self, visitor: str, besides: str = "") -> None:
        """Raises Refused if a visitor has as many unfinished runs as one may have."""
        if not visitor:  # of this machine, or not known
            return
        unfinished = 0
        for run, folder in self._runs.items():
            standing = folder.standing()
            if standing and standing.visitor == visitor and run != besides:
                paused = standing.state == "paused" and self._is_there(run)
                unfinished += standing.state in bounds.BUSY or paused
        if unfinished >= bounds.UNFINISHED:
            raise Refused(bounds.TOO_MANY)

    def _visitor(self, run: str) -> str:
        standing = self._runs[run].standing()
        return standing.visitor if standing else ""

    def _is_there(self, run: str) -> bool:
        return self._away(run) <= bounds.AWAY

    def _away(self, run: str) -> float:
        """Seconds since its owner was seen."""
        return time.monotonic() - self._seen.get(run, -math.inf)

    # -- training -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                try:
                    self._look()
                except Exception:  # one run's trouble must not keep the others from training
                    logging.getLogger(__name__).exception("The workshop could not go on as it should.")
                self._changed.wait(GLANCE)

    def _look(self) -> None:
        if self._training and self._training[1].is_over:
            self._settle(*self._training)
        for run in [run for run in self._queue if self._away(run) > bounds.AWAY]:
            self._pause(run, "waiting", NOBODY)
        if self._training and self._queue and self._away(self._training[0]) > bounds.AWAY:
            self._pause(self._training[0], "training", NOBODY)
        if self._training and time.monotonic() - self._weighed > WEIGH:
            try:
                self._make_room()
            except Refused:
                self._pause(self._training[0], "training", bounds.OUT_OF_ROOM)
        if self._queue and not self._training:
            self._begin(self._queue.pop(0))

    def _begin(self, run: str) -> None:
        folder = self._runs[run]
        try:
            worker = Worker(folder.path, self._wake, self._command)
        except OSError as error:
            logging.getLogger(__name__).exception("A training could not be started.")
            folder.stand(state="failed", reason=f"The training could not be started ({error.strerror}).")
            return
        self._training = run, worker
        folder.stand(state="training", reason="")

    def _settle(self, run: str, worker: Worker) -> None:
        """The worker has ended by itself, or was killed."""
        self._training = None
        folder = self._runs[run]
        folder.tidy()
        if worker.code == 0:
            folder.stand(state="finished", reason="")
        elif worker.code == 1:
            folder.stand(state="failed", reason=worker.reason())
        else:
            folder.stand(state="paused", reason=KILLED)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
