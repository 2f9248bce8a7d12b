"""Routes of the workshop, none of which waits for Streamlit.

GET /runs/{run} is how a run stands, as JSON; the header X-Run-Key marks its owner as there.
POST /runs/{run}/{pause|resume|stop|discard} with X-Run-Key commands it.
GET /runs/{run}/map?from=K is what its map is drawn from (`maps.Maps.packed`), from snapshot K on.
GET /runs/{run}/model is its model as a file. POST /runs keeps a model that a visitor brings along, and
POST /datasets images. Whatever cannot be done is answered by 4xx and one sentence.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vae.serving.connection import host_of
from vae.serving.intake import TooLarge, TooMany
from vae.serving.payload import Payload
from vae.workshop.errors import NotYours, Refused, UnknownRun, Unusable
from vae.workshop.uploads import TOO_LARGE, Uploads, brought

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.workshop.maps import Maps
    from vae.workshop.status import Command
    from vae.workshop.workshop import Workshop

KEY = "X-Run-Key"
NO_STORE = {"Cache-Control": "no-store"}
COMMANDS = ("pause", "resume", "stop", "discard")
CROWDED = "Many files come in at once: try again in a moment."

Serve = Callable[[Request], Awaitable[Response]]


def refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers=NO_STORE)


def spoken(serve: Serve) -> Serve:
    """The same, with errors as sentences."""

    async def answer(request: Request) -> Response:
        try:
            return await serve(request)
        except UnknownRun as error:
            return refusal(str(error), 404)
        except NotYours as error:
            return refusal(str(error), 403)
        except Refused as error:
            return refusal(str(error), 409)
        except Unusable as error:
            return refusal(str(error), 422)
        except TooLarge:
            return refusal(TOO_LARGE, 413)
        except TooMany:
            return refusal(CROWDED, 503)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it

    return answer


def finite(value: Any) -> Any:
    """The same for JSON, which knows no other numbers; None where one is infinite or none."""
    if isinstance(value, dict):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Counter:
    """Where visitors ask how runs stand, command them and bring files."""

    def __init__(self, workshop: Callable[[], Workshop], maps: Callable[[], Maps]) -> None:
        self._workshop = workshop
        self._maps = maps
        self._uploads = Uploads()

    async def status(self, request: Request) -> Response:
        return await run_in_threadpool(self._told, request.path_params["run"], request.headers.get(KEY, ""))

    async def command(self, request: Request) -> Response:
        run, command = request.path_params["run"], request.path_params["command"]
        if command not in COMMANDS:
            return refusal("A run can be told to pause, resume, stop or discard, nothing else.", 404)
        key = request.headers.get(KEY, "")

        def obey() -> Response:
            self._workshop().command(run, key, cast("Command", command))
            gone = command == "discard"
            return Response(status_code=204, headers=NO_STORE) if gone else self._told(run, key)

        return await run_in_threadpool(obey)

    async def map(self, request: Request) -> Response:
        start = request.query_params.get("from", "0")
        if not (start.isascii() and start.isdecimal() and len(start) < 7):
            return refusal("from is the index of a snapshot, a whole number.", 400)

        def packed() -> Response:
            content = self._maps().packed(request.path_params["run"], int(start))
            return Payload(content, "application/octet-stream").response(request)

        return await run_in_threadpool(packed)

    async def model(self, request: Request) -> Response:
        run = request.path_params["run"]
        name, content = await run_in_threadpool(lambda: self._workshop().file(run))
        told = {"Content-Disposition": f'attachment; filename="{name}"', **NO_STORE}
        return Response(content, media_type="application/octet-stream", headers=told)

    async def bring_model(self, request: Request) -> Response:
        def keep(path: Path) -> Response:
            started = self._workshop().keep(brought(path), host_of(request))
            return JSONResponse(asdict(started), 201, headers=NO_STORE)

        return await self._uploads.opened(request, ".pt", keep)

    async def bring_images(self, request: Request) -> Response:
        return await self._uploads.opened(request, ".npz", self._kept_images)

    def _kept_images(self, path: Path) -> Response:
        from vae.datasets.dataset import DataUnavailable
        from vae.datasets.own import accepted

        try:
            kept = accepted(path.read_bytes(), self._workshop().folder)
        except DataUnavailable as error:
            raise Unusable(str(error)) from error
        told = {
            "name": kept.name,
            "title": kept.title,
            "train": len(kept.train.labels),
            "test": len(kept.test.labels),
            "classes": list(kept.classes),
        }
        return JSONResponse(told, 201, headers=NO_STORE)

    def _told(self, run: str, key: str) -> Response:
        return JSONResponse(finite(asdict(self._workshop().status(run, key))), headers=NO_STORE)


def routes(workshop: Callable[[], Workshop], maps: Callable[[], Maps]) -> list[BaseRoute]:
    """The routes. Both may take long when they are called first: that is never done where others wait."""
    counter = Counter(workshop, maps)
    return [
        Route("/runs", spoken(counter.bring_model), methods=["POST"]),
        Route("/datasets", spoken(counter.bring_images), methods=["POST"]),
        Route("/runs/{run}", spoken(counter.status)),
        Route("/runs/{run}/map", spoken(counter.map)),
        Route("/runs/{run}/model", spoken(counter.model)),
        Route("/runs/{run}/{command}", spoken(counter.command), methods=["POST"]),
    ]
