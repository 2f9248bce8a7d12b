"""Streamlit's own scripts and styles, compressed: Streamlit sends them as they are, 3 MB on a first visit."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.components.mount.assets import MEDIA_TYPES, base_path
from vae.serving.payload import FOR_EVER, Payload

STREAMLIT = Path(st.__file__).parent / "static"


class Compressed:
    """ASGI middleware that answers a GET for Streamlit's /static/*.js and *.css; the rest goes on to `app`.

    Each file is compressed once, when first asked for. By gzip, because browsers accept Brotli only from
    secure addresses, and a class uses http. The names hold a digest of the content: cached for ever.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        base = base_path()
        self._files = {
            f"{base}/{path.relative_to(STREAMLIT).as_posix()}": _File(path)
            for path in (STREAMLIT / "static").rglob("*")
            if path.suffix in MEDIA_TYPES
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET"
        file = self._files.get(scope["path"]) if asked else None
        answer = self._app if file is None else await run_in_threadpool(file.response, Request(scope))
        await answer(scope, receive, send)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()  # a class comes in the same second

    @cached_property
    def _payload(self) -> Payload:
        return Payload(self._path.read_bytes(), MEDIA_TYPES[self._path.suffix], FOR_EVER)

    def response(self, request: Request) -> Response:
        with self._lock:
            return self._payload.response(request)
