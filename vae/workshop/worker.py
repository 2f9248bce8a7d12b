"""The process that trains one run: `python -m vae.training.worker FOLDER`, watched from outside."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "vae.training.worker")
LONGEST_LINE = 2_000  # characters of what it says that are looked at
SPOKEN = 400  # characters of a reason
KEPT_LINES = 30  # for the log, when it ends unexpectedly

UNEXPECTED = "Training ended unexpectedly: the server's log says why."
TRACEBACK = re.compile(r"[\w.]*(Error|Exception|Interrupt|Exit|Warning)\b")


class Worker:
    """Begins at once; `ended` is called, on another thread, when the process is no more.

    The process ends with this one: then its standard input ends. It stays in this session, so that the
    lowest priority counts against the server's own threads.
    """

    def __init__(self, folder: Path, ended: Callable[[], None], command: Sequence[str] = COMMAND) -> None:
        self._process = subprocess.Popen(
            [*command, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._folder = folder
        self._ended = ended
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._over = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="worker", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def code(self) -> int:
        """The exit code; negative for a signal. Only when it is over."""
        code = self._process.returncode
        assert code is not None
        return code

    def reason(self) -> str:
        """Why it failed, in one sentence: the last thing it said, if that is one."""
        last = self._said[-1] if self._said else ""
        if not last.endswith(".") or len(last) > SPOKEN or TRACEBACK.match(last):
            said = "\n".join(self._said) or "nothing"
            logging.getLogger(__name__).error("A training ended with %d and said: %s", self.code, said)
            return UNEXPECTED
        return last.replace(f"{self._folder.parent}/", "")

    def end(self) -> None:
        """End it now; its files are whole at any time."""
        self._process.kill()
        self._over.wait()

    def _listen(self) -> None:
        stdin, stderr = self._process.stdin, self._process.stderr
        assert stdin is not None
        assert stderr is not None
        for line in iter(lambda: stderr.readline(LONGEST_LINE), ""):
            if line.strip():
                self._said.append(line.strip())
        self._process.wait()
        close(stdin, stderr)
        self._over.set()
        self._ended()


def close(*pipes: IO[str]) -> None:
    for pipe in pipes:
        with suppress(OSError):  # nobody is at the other end
            pipe.close()
