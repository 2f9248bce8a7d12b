"""Routes that another process answers: requests and sockets are passed on to it, and its answers back.

So an app process serves pages and nothing else, and may end without taking rooms, trainings or decoders
along. What belongs to the browser alone (cookies, Origin, Host) goes no further than here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from starlette.background import BackgroundTask
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from vae.serving.connection import FOREIGN, Refusal, host_of, tell, until_one_ends

AWAY = "The decoder does not answer. The page goes on by itself when it is back."
RESTARTS = 1012  # IANA's registry of close codes
TOLD = ("accept-encoding", "content-length", "content-type", "if-none-match", "x-room-secret", "x-run-key")
NOT_TOLD = ("connection", "date", "keep-alive", "server", "transfer-encoding")  # are each connection's own
CONNECT, ANSWER, HEALTH = 3.0, 60.0, 2.0  # seconds
AT_ONCE = 200  # requests on their way; more wait
RETRY_AFTER = "2"  # seconds


class AddressError(ValueError):
    """This is no address of a decoder; the message is one sentence."""


class Forwarder:
    """Passes on to `address`, http://host:port. Raises AddressError.

    `origin_allowed` gets the Origin and Host headers of a socket's handshake.
    """

    def __init__(self, address: str, origin_allowed: Callable[[str | None, str | None], bool]) -> None:
        found = urlsplit(address)
        if found.scheme not in ("http", "https") or not found.hostname or found.path.strip("/"):
            raise AddressError(f"A decoder has an address such as http://localhost:8600, not {address!r}.")
        self.address = f"{found.scheme}://{found.netloc}"
        self._origin_allowed = origin_allowed
        limits = httpx.Limits(max_connections=AT_ONCE)
        self._client = httpx.AsyncClient(
            base_url=self.address,
            timeout=httpx.Timeout(ANSWER, connect=CONNECT),
            limits=limits,
            trust_env=False,
        )

    def in_place_of(self, routes: list[BaseRoute]) -> list[BaseRoute]:
        """The same paths and methods, answered by the other process."""
        return [self._stand_in(route) for route in routes]

    async def health(self) -> Mapping[str, Any] | None:
        """What the other process says of itself; None if it does not answer."""
        with suppress(httpx.HTTPError, ValueError):
            told: Mapping[str, Any] = (await self._client.get("/healthz", timeout=HEALTH)).json()
            return told
        return None

    async def close(self) -> None:
        await self._client.aclose()

    def _stand_in(self, route: BaseRoute) -> BaseRoute:
        assert isinstance(route, Route | WebSocketRoute)
        template = route.path

        async def answer(request: Request) -> Response:
            return await self._answer(request, target(request, template))

        async def join(websocket: WebSocket) -> None:
            with suppress(WebSocketDisconnect):
                await self._join(websocket, target(websocket, template))

        if isinstance(route, WebSocketRoute):
            return WebSocketRoute(template, join)
        return Route(template, answer, methods=route.methods)

    async def _answer(self, request: Request, path: str) -> Response:
        headers = {name: request.headers[name] for name in TOLD if name in request.headers}
        headers.setdefault("accept-encoding", "identity")
        content = request.stream() if request.method == "POST" else None
        asked = self._client.build_request(
            request.method, path, headers={**headers, **forwarded(request)}, content=content
        )
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.HTTPError:
            return away()
        told = {name: value for name, value in answer.headers.items() if name not in NOT_TOLD}
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, told, background=BackgroundTask(answer.aclose)
        )

    async def _join(self, websocket: WebSocket, path: str) -> None:
        origin = websocket.headers.get("origin")
        if not self._origin_allowed(origin, websocket.headers.get("host")):
            await websocket.accept()  # first, because a browser hides the reason of a refused handshake
            refusal = Refusal(FOREIGN, f"Pages from {origin} may not use this server.")
            await tell(websocket.close(refusal.code, refusal.reason))
            return
        url = self.address.replace("http", "ws", 1) + path
        try:
            other = await connect(
                url,
                additional_headers=forwarded(websocket),
                compression=None,
                open_timeout=CONNECT,
                max_size=None,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake):
            await websocket.send_denial_response(away())
            return
        async with other:
            await websocket.accept()
            await until_one_ends(heard(other, websocket), said(websocket, other))


def target(connection: HTTPConnection, template: str) -> str:
    """The path and query that are asked of the other process, whatever base path this one has."""
    filled = template
    for name, value in connection.path_params.items():
        filled = filled.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = connection.url.query
    return f"{filled}?{query}" if query else filled


def forwarded(connection: HTTPConnection) -> dict[str, str]:
    """For whom this process asks."""
    return {"X-Forwarded-For": host_of(connection)}


def away() -> Response:
    return PlainTextResponse(AWAY, 503, {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"})


async def heard(other: ClientConnection, websocket: WebSocket) -> None:
    """Whatever the other process sends, until it closes; its code and reason go on."""
    try:
        while True:
            message = await other.recv()
            if isinstance(message, str):
                await tell(websocket.send_text(message))
            else:
                await tell(websocket.send_bytes(message))
    except ConnectionClosed as closed:
        code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (RESTARTS, AWAY)
        await tell(websocket.close(code, reason))


async def said(websocket: WebSocket, other: ClientConnection) -> None:
    """Whatever the browser sends, until it leaves."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            await other.send(message["text"] if message.get("bytes") is None else message["bytes"])
        except ConnectionClosed:
            await asyncio.Event().wait()  # until `heard` has said why, and this is given up
