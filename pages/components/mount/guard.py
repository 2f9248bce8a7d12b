"""Who may ask, and what browsers may do with the answer: for every route, Streamlit's own included."""

from __future__ import annotations

import os

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.components.mount.assets import base_path, origin_allowed

NO_TEXT, POLICY_VIOLATION = 1003, 1008  # RFC 6455, section 7.4.1
READS = ("GET", "HEAD", "OPTIONS")
# Streamlit and its components run inline scripts and modules made of text; nothing comes from another host.
CONTENT = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
ON_EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


METRICS_WANTED = "LATENT_ATLAS_METRICS"  # set to 1, /_stcore/metrics is open


class Guarded:
    """ASGI middleware that turns foreign pages away before Streamlit looks at them.

    Streamlit compares a foreign origin with this machine's external address, which it asks another host for,
    and everybody waits for the answer. The channels' own check stays: their refusal has a reason to be
    read. Routes of Streamlit's that no page uses are closed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        base = base_path()
        channels = ("decode", "encode", "history", "room")
        self._explain_themselves = tuple(f"{base}/{channel}/" for channel in channels)
        self._stream = f"{base}/_stcore/stream"
        closed = ["upload_file"] if os.environ.get(METRICS_WANTED) == "1" else ["upload_file", "metrics"]
        self._closed = tuple(f"{base}/_stcore/{name}" for name in closed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket" and self._turned_away(scope):
            await receive()  # the handshake
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "websocket" and scope["path"] == self._stream:
            await self._app(scope, _without_text(receive, send), send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ON_EVERY_ANSWER.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app
        if scope["path"].startswith(self._closed):
            app = PlainTextResponse("Not Found", 404)
        elif scope["method"] not in READS and not self._allowed(scope):
            app = PlainTextResponse("Pages of other hosts may not write here.", 403)
        await app(scope, receive, send_with_headers)

    def _turned_away(self, scope: Scope) -> bool:
        return not self._allowed(scope) and not scope["path"].startswith(self._explain_themselves)

    @staticmethod
    def _allowed(scope: Scope) -> bool:
        headers = Headers(scope=scope)
        return origin_allowed(headers.get("origin"), headers.get("host"))


def _without_text(receive: Receive, send: Send) -> Receive:
    """Streamlit's socket understands no text, and writes a traceback about each that comes."""

    async def receive_bytes() -> Message:
        message = await receive()
        if message.get("text") is None:
            return message
        await send({"type": "websocket.close", "code": NO_TEXT})
        return {"type": "websocket.disconnect", "code": NO_TEXT}

    return receive_bytes
