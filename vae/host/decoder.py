"""The decoder process: it owns the graphics card, all training and the rooms; app processes pass on to it.

`python -m vae serve`, and LATENT_ATLAS_DECODER=http://host:port for every app process. It trusts whoever
reaches it as much as the app does, so it belongs on an address that browsers reach through the proxy only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from vae.classroom.channel import say_goodbye
from vae.classroom.rooms import Rooms
from vae.cluster import environment
from vae.datasets.own import runs_folder
from vae.host.parts import Parts, routes
from vae.model.classifier import find_classifier
from vae.serving import health
from vae.serving.farewell import limit_farewell
from vae.serving.room import Room, raise_limit
from vae.serving.sockets import watch
from vae.workshop import remote
from vae.workshop.decoders import Decoders
from vae.workshop.guests import Guests
from vae.workshop.maps import Maps
from vae.workshop.workshop import Workshop

Thing = TypeVar("Thing")

PORT = 8600
READS = ("GET", "HEAD", "OPTIONS")
FULL = "So many connections are open that there is no room for another; try again in a moment."
NO_PAGES = "Pages write through the app, not here."


class NoPages:
    """ASGI middleware: a browser's page names its origin when it writes, and has no business here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and scope["method"] not in READS:
            named = any(name == b"origin" for name, _ in scope["headers"])
            app = PlainTextResponse(NO_PAGES, 403) if named else app
        await app(scope, receive, send)


def application(parts: Parts, room: Room) -> Starlette:
    """The ASGI app."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        limit_farewell(partial(say_goodbye, parts.rooms))
        yield

    return Starlette(
        routes=[
            *routes(parts),
            *remote.routes(parts.workshop),
            *health.routes(parts.decoders, room),
        ],
        middleware=[Middleware(NoPages)],
        lifespan=lifespan,
    )


def serve(checkpoints: Path, address: str, port: int) -> None:
    """Until a signal ends it. Raises DeviceError; ends the process where the address is taken."""
    torch.set_num_threads(1)  # many small passes at once: more threads for each only get in each other's way
    raise_limit()
    workshop = Workshop(runs_folder())
    decoders = environment.decoders(checkpoints, Guests(lambda: workshop))
    try:
        judge = find_classifier(checkpoints, decoders.device)
        parts = Parts(
            decoders=always(decoders),
            snapshots=always(Decoders(always(workshop), decoders.device)),
            workshop=always(workshop),
            maps=always(Maps(always(workshop))),
            classifier=always(judge),
            rooms=Rooms(),
        )
        listen(parts, address, port)
    finally:
        workshop.close()
        decoders.close()


def listen(parts: Parts, address: str, port: int) -> None:
    """Answer on this address until a signal comes."""
    room = Room()
    config = uvicorn.Config(
        application(parts, room),
        host=address,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
    )
    config.load()
    room.connections = watch(config, room.most_connections, PlainTextResponse(FULL, 503))
    uvicorn.Server(config).run()


def always(thing: Thing) -> Callable[[], Thing]:
    return lambda: thing
