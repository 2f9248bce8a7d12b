"""The app in a process of its own, as people start it: for benchmarks, tests and the README's pictures."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STREAMLIT = (
    *("streamlit", "run", "app.py", "--server.headless=true"),
    *("--server.address=127.0.0.1", "--server.port={port}"),
)
UVICORN = ("uvicorn", "app:app", "--port={port}")
START_LIMIT = 120.0  # seconds; a cold machine reads torch from its disk
END_LIMIT = 20.0  # seconds


class StartError(RuntimeError):
    """The app did not start; the message is one sentence and ends with the last thing that it said."""


class App:
    """`streamlit run app.py` in the folder `root`, on a free port of this machine that stays the same.

    `command` is a Python module with its arguments, `options` come after them; `environment` adds to this
    process's. What it says is appended to the file `log`.
    """

    def __init__(
        self,
        log: Path,
        root: Path = ROOT,
        *,
        command: Sequence[str] = STREAMLIT,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self.startup = 0.0  # seconds from the last start to the first page
        self._log = log
        self._root = root
        self._words = [*words(command, self.port), *options]
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it runs"
        return self._process.pid

    def start(self) -> None:
        """Returns when it serves pages, its decoders loaded and warm. Raises StartError."""
        started = time.perf_counter()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words, cwd=self._root, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until_served(self.host, self._process)
        except StartError as error:
            self.kill()
            last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise StartError(f"{error}: {' '.join(last) or 'it said nothing'}") from None
        self.startup = time.perf_counter() - started

    def stop(self) -> int | None:
        """End it as a service manager would; its exit code, or None if it does not run."""
        if self._process is None:
            return None
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT)
        return self.kill()

    def kill(self) -> int | None:
        """End it without a farewell, as a crash would; its exit code, or None if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        return process.wait()


@contextmanager
def running_app(
    root: Path = ROOT,
    *,
    command: Sequence[str] = STREAMLIT,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[App]:
    """An App that runs until the block ends; without `log` nothing is kept of what it says."""
    with tempfile.TemporaryDirectory() as folder:
        log = log or Path(folder) / "log"
        app = App(log, root, command=command, options=options, environment=environment)
        app.start()
        try:
            yield app
        finally:
            app.stop()


def words(command: Sequence[str], port: int) -> list[str]:
    """What a process is started with that runs `command`, on this port."""
    return [sys.executable, "-m", *(word.format(port=port) for word in command)]


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_served(host: str, process: subprocess.Popen[bytes], limit: float = START_LIMIT) -> None:
    """Return when a server at `host` serves pages and its decoders are loaded.

    Raises StartError if the process ends or takes too long.
    """
    end = time.monotonic() + limit
    while process.poll() is None and time.monotonic() < end:
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection(host, timeout=limit)) as connection,
        ):
            for path in ("/", "/healthz"):  # below another base path they are 404
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status >= 500:
                    break
            else:
                return
        time.sleep(0.01)
    raise StartError("The app did not start")
