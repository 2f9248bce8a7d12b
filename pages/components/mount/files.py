"""The files of a first visit: a hundred requests by every browser, and a class comes in the same minute."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.components.mount.assets import MEDIA_TYPES, base_path, lasting, read
from vae.serving.payload import Payload

STREAMLIT = Path(st.__file__).parent / "static"


class Files:
    """ASGI middleware that answers a GET for a file whose address changes with its content; the rest goes on.

    Those are Streamlit's own scripts and styles, which it sends as they are, 3 MB on a first visit, and ours.
    Each is read and compressed once, when first asked for, and from then on answered past all routes. By
    gzip, because browsers accept Brotli only from secure addresses, and a class uses http.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        theirs = {
            path.relative_to(STREAMLIT).as_posix(): partial(read, path)
            for path in (STREAMLIT / "static").rglob("*")
            if path.suffix in MEDIA_TYPES
        }
        self._files = {f"{base_path()}/{name}": _File(get) for name, get in (theirs | lasting()).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET"
        file = self._files.get(scope["path"]) if asked else None
        if file is None:
            await self._app(scope, receive, send)
            return
        payload = file.payload or await run_in_threadpool(file.load)
        await payload.response(Request(scope))(scope, receive, send)


class _File:
    def __init__(self, get: Callable[[], Payload]) -> None:
        self.payload: Payload | None = None  # until it was asked for
        self._get = get
        self._lock = Lock()  # a class comes in the same second

    def load(self) -> Payload:
        with self._lock:
            if self.payload is None:
                payload = self._get()
                payload.pack()
                self.payload = payload
            return self.payload
