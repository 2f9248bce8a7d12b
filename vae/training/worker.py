"""`python -m vae.training.worker FOLDER`: train what the folder's job.json says, in a process of its own.

From its first snapshot on, for which somebody waits, it takes what other processes leave of the processor. It
ends when its standard input does, and may be killed at any time: started again, it goes on after the last
epoch. Exit code 0 is a finished run; 1 is any other end, of which the last line of the standard error is one
sentence for people.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import torch

from vae.config import ConfigError
from vae.datasets.dataset import DataUnavailable
from vae.datasets.shelf import load_dataset
from vae.device import DeviceError, choose_device
from vae.history.job import read_job
from vae.model.checkpoint import CheckpointError, state_of
from vae.model.files import FileError
from vae.training.fitting import Diverged, ProgressError
from vae.training.recorded import MODEL, prepare_recorded

LOWEST = 19  # nice value
EXPECTED = (CheckpointError, ConfigError, DataUnavailable, DeviceError, Diverged, ProgressError)
NO_MEMORY = "There is too little memory for this training: choose a smaller network or fewer images."
UNKNOWN = "The training ended by an error in the program: start it again, or choose other settings."
# how torch says so on a CPU, in a plain RuntimeError
MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory")


def train(folder: Path, ready: Callable[[], None] = lambda: None) -> None:
    """Begin the run in a folder, or go on with it, to its end; `ready` is called when it can be shown.

    Raises EXPECTED, FileError and MemoryError.
    """
    path = folder / MODEL
    state = state_of(path)
    if state == "finished":
        return
    job = read_job(folder)
    run = prepare_recorded(job, load_dataset(job.dataset), choose_device(), folder)
    run.ready = ready
    if state != "absent":
        run.resume()
    for _ in run.epochs():
        pass


def sentence(error: BaseException) -> str:
    """What went wrong, for people."""
    if isinstance(error, FileError):
        cause = error.__cause__
        reason = f" ({cause.strerror.lower()})" if isinstance(cause, OSError) and cause.strerror else ""
        return f"The run cannot be written on the server{reason}: make room there, then go on."
    if isinstance(error, EXPECTED):
        return str(error)
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS):
        return NO_MEMORY
    return UNKNOWN


def be_humble() -> None:
    """Leave the processor to whoever else wants it, with all threads; those made later inherit this.

    To Linux it is batch work, which interrupts nobody who wakes up; not idle work, which stands still as long
    as all cores are busy.
    """
    with suppress(AttributeError, OSError):  # Windows has no such priority, macOS no list of threads
        os.nice(LOWEST)
        for thread in map(int, os.listdir("/proc/self/task")):
            os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, thread, LOWEST)


def threads() -> int:
    """On which torch computes here: one core is left to others."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS or Windows
        cores = os.cpu_count() or 1
    return max(1, min(torch.get_num_threads(), cores - 1))


def end_with_parent() -> None:
    """End this process as soon as its standard input has ended: nobody is left who would stop it."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="parent").start()


def main(arguments: Sequence[str], ready: Callable[[], None] = lambda: None) -> int:
    """The process: `train` the run in the folder that is named; the exit code."""
    end_with_parent()
    torch.set_num_threads(threads())
    try:
        train(Path(arguments[0]), ready)
    except Exception as error:
        said = sentence(error)
        if said == UNKNOWN:
            traceback.print_exc()
        print(said, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], be_humble))
