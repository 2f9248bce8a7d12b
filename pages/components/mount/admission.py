"""Whom the server lets in: as many visitors as it has room for, and the next one when one has left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.caching.ttl_cache import TTLCache

from pages.components.mount.assets import base_path
from vae.serving.room import Room, give_memory_back, raise_limit
from vae.serving.sockets import watch

TRY_AGAIN = 20  # seconds
SWEEP = 5.0  # seconds between two looks at who has left
TIDY = 6  # sweeps between two times at which the memory they held goes back to the system
FULL_PAGE = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{TRY_AGAIN}"><title>Latent Atlas: the room is full</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.25rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto; padding: 0 1rem }}
</style>
<h1>The room is full</h1>
<p>As many people are here as this server has room for. This page tries again every {TRY_AGAIN} seconds.</p>
</html>
"""


class Admitted:
    """ASGI middleware: counts the sessions in `room`, and shows a page that says so when it is full.

    When the server starts, its sockets get their limits. /healthz answers in any case.
    """

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self._app = app
        self._room = room
        self._stream = f"{base_path()}/_stcore/stream"
        self._health = f"{base_path()}/healthz"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise_limit()
            config = getattr(getattr(receive, "__self__", None), "config", None)
            if config is not None:  # uvicorn's
                self._room.connections = watch(config, self._room.most_connections, self._when_full)
        if not self._begins_a_visit(scope):
            await self._app(scope, receive, send)
        elif self._room.is_full:
            await full(scope, receive, send)
        elif scope["type"] == "websocket":
            self._room.sessions += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._room.sessions -= 1
        else:
            await self._app(scope, receive, send)

    def _begins_a_visit(self, scope: Scope) -> bool:
        if scope["type"] == "websocket":
            return bool(scope["path"] == self._stream)
        return scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")

    async def _when_full(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app if scope["path"] == self._health else full)(scope, receive, send)


async def full(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI app that says that the room is full: to browsers by a page, to programs by a sentence."""
    answer = HTMLResponse if "text/html" in Headers(scope=scope).get("accept", "") else PlainTextResponse
    text = FULL_PAGE if answer is HTMLResponse else "The room is full; try again in a moment."
    headers = {"Retry-After": str(TRY_AGAIN), "Cache-Control": "no-store"}
    await answer(text, 503, headers)(scope, receive, send)


@asynccontextmanager
async def forgetting(room: Room) -> AsyncIterator[None]:
    """Meanwhile, sessions of visitors who left are closed in time: Streamlit waits until the next one comes.

    For two minutes they are kept, because a telephone may come back; in a crowded room they are not.
    """
    forgetting = asyncio.create_task(_forget(room))
    try:
        yield
    finally:
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting


async def _forget(room: Room) -> None:
    for sweep in count(1):
        await asyncio.sleep(SWEEP)
        left = _those_who_left()
        left.expire()
        if room.is_crowded:
            left.clear()
        if sweep % TIDY == 0:
            await run_in_threadpool(give_memory_back)


def _those_who_left() -> TTLCache[str, object]:
    """Streamlit's own store of sessions without a browser; it has no public door."""
    manager = runtime.get_instance()._session_mgr
    store: TTLCache[str, object] = manager._session_storage._cache  # type: ignore[attr-defined]
    return store
