"""Training in another process that shares the folder of runs: pages read there and ask it to start.

POST /jobs with {"job": {…}, "visitor": address} starts a run: 201 {"run", "key"}, 409 and one sentence, or
422 for what is no job. Only processes of this app ask, on an address that browsers do not reach.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vae.config import ConfigError
from vae.history.job import Job, job_of
from vae.serving.intake import parts
from vae.workshop import names
from vae.workshop.errors import Refused, Unusable
from vae.workshop.folder import RunFolder
from vae.workshop.reading import SHIPPED, Runs, status_of
from vae.workshop.routes import NO_STORE, spoken
from vae.workshop.status import Started, Status

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.workshop.workshop import Workshop

MOST_BYTES = 2**14  # of a job
PATIENCE = 10.0  # seconds
AWAY = "The process that trains does not answer: try again in a moment."


def routes(workshop: Callable[[], Workshop]) -> list[BaseRoute]:
    """The route by which other processes start runs."""

    async def start(request: Request) -> Response:
        body = b"".join([part async for part in parts(request, MOST_BYTES)])
        try:
            told = json.loads(body)
            job, visitor = job_of(told["job"]), str(told["visitor"])
        except (ConfigError, ValueError, LookupError, TypeError) as error:
            raise Unusable(f"This is no job: {error}") from error
        started = await run_in_threadpool(lambda: workshop().start(job, visitor))
        return JSONResponse(asdict(started), 201, headers=NO_STORE)

    return [Route("/jobs", spoken(start), methods=["POST"])]


class RemoteWorkshop(Runs):
    """The workshop of the process at `address`, http://host:port, whose runs lie in `folder`. Thread-safe."""

    def __init__(self, address: str, folder: Path, shipped: Path = SHIPPED) -> None:
        super().__init__(shipped)
        self._address = address.rstrip("/")
        self._folder = folder
        self._known: dict[str, RunFolder] = {}

    def start(self, job: Job, visitor: str = "") -> Started:
        """Queue a run of a visitor, who is known by an address. Raises Refused."""
        content = json.dumps({"job": asdict(job), "visitor": visitor}).encode()
        asked = urllib.request.Request(f"{self._address}/jobs", content, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return Started(**json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.read().decode() if error.code < 500 else AWAY) from error
        except (OSError, ValueError) as error:
            raise Refused(AWAY) from error

    def status(self, run: str) -> Status:
        """How a run stands by its folder, which does not tell its place in the queue. Raises UnknownRun."""
        return status_of(run, self.folder_of(run), place=0)

    def has(self, run: str) -> bool:
        return names.is_run(run) and (self._folder / run).is_dir()

    def folder_of(self, run: str) -> RunFolder:
        """What is in a run's folder, for readers; told at once. Raises UnknownRun."""
        if not self.has(run):
            self._known.pop(run, None)
            return self.shipped(run)
        self._forget_gone()
        return self._known.setdefault(run, RunFolder(self._folder / run))

    def close(self) -> None:
        """There is nothing to end: the runs are another process's."""

    def _forget_gone(self) -> None:
        for run in [run for run in tuple(self._known) if not self.has(run)]:
            with suppress(KeyError):  # by another thread
                del self._known[run]
