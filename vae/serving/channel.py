"""The decode channel and what belongs to it: WebSocket /decode/{checkpoint}, /latents/{checkpoint}.

Binary frames, little-endian. Request: u32 sequence, then n points (f32 z1, f32 z2), 1 <= n <= 256. Reply: the
same u32, then n pictures of 784 bytes. A connection has one request in work; of those that arrive meanwhile
only the newest is kept, and the ones it overtook get no reply. The text frame "status" is answered by one
JSON object in a text frame: device, checkpoint, and the milliseconds and batch size of the connection's last
decode. Anything else closes the connection with a code and a sentence.

A client that sends faster than it is answered is read slowly, so that its backlog stays in its own sockets.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vae.plane.limits import LIMIT, MAX_POINTS
from vae.serving.batching import BatcherClosed, Overdue, QueueFull
from vae.serving.errors import UnknownCheckpoint
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.model.checkpoint import Latents
    from vae.serving.decoding import Decoded, DecoderService

HEADER = 4  # bytes: the sequence number
POINT = 8  # bytes: two float32
MAX_MESSAGE = HEADER + MAX_POINTS * POINT
PACE = 0.005  # seconds until the next message is read of a client that did not wait for its reply

# Close codes: RFC 6455, section 7.4.1; 4404 is from the range left to applications.
GOING_AWAY, NOT_UNDERSTOOD, BAD_DATA, FOREIGN, TOO_BIG, FAILED, TRY_LATER, UNKNOWN = (
    1001, 1003, 1007, 1008, 1009, 1011, 1013, 4404,
)  # fmt: skip


class Refusal(Exception):
    """The connection must be closed: a close code and a sentence of at most 123 bytes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:123].decode(errors="ignore")


class DecodeRequest(NamedTuple):
    """A checked request."""

    sequence: bytes  # the u32 as it came; it goes back unread
    z: NDArray[np.float32]  # (n, 2), finite


def parse(frame: bytes) -> DecodeRequest:
    """Read one binary frame of the protocol. Raises Refusal for anything that is not one."""
    if len(frame) > MAX_MESSAGE:
        raise Refusal(TOO_BIG, f"A request holds at most {MAX_POINTS} points ({MAX_MESSAGE} bytes).")
    if len(frame) < HEADER + POINT or (len(frame) - HEADER) % POINT:
        raise Refusal(BAD_DATA, f"A request is 4 + 8 n bytes, n from 1 to {MAX_POINTS}, not {len(frame)}.")
    z = np.frombuffer(frame, "<f4", offset=HEADER).reshape(-1, 2)
    if not (np.abs(z) <= LIMIT).all():  # false for NaN too
        raise Refusal(BAD_DATA, f"Coordinates are finite numbers between -{LIMIT:g} and {LIMIT:g}.")
    return DecodeRequest(frame[:HEADER], z)


def same_host(origin: str | None, host: str | None) -> bool:
    """Whether a page from `origin` may open the channel: this host's own, and programs, which send none."""
    return origin is None or (bool(host) and origin.partition("://")[2] == host)


def routes(
    service: Callable[[], DecoderService],
    origin_allowed: Callable[[str | None, str | None], bool] = same_host,
) -> list[BaseRoute]:
    """The routes of this module. `origin_allowed` gets the Origin and Host headers of a handshake.

    `service` may take long when it is called first: that is never done where others wait.
    """
    latents: dict[str, Payload] = {}

    async def decode(websocket: WebSocket) -> None:
        with suppress(WebSocketDisconnect):
            await websocket.accept()  # first, because a browser hides the reason of a refused handshake
            try:
                origin = websocket.headers.get("origin")
                if not origin_allowed(origin, websocket.headers.get("host")):
                    raise Refusal(FOREIGN, f"Pages from {origin} may not use this server.")
                decoders = await run_in_threadpool(service)
                await Connection(websocket, decoders, websocket.path_params["checkpoint"]).serve()
            except Refusal as refusal:
                await _tell(websocket.close(refusal.code, refusal.reason))

    def serve_latents(request: Request) -> Response:
        name = request.path_params["checkpoint"]
        try:
            checkpoint = service().checkpoint(name)
        except UnknownCheckpoint as error:
            return PlainTextResponse(str(error), 404)
        if name not in latents:
            latents[name] = Payload(pack_latents(checkpoint.latents), "application/octet-stream")
        return latents[name].response(request)

    return [
        WebSocketRoute("/decode/{checkpoint}", decode),
        Route("/latents/{checkpoint}", serve_latents),
    ]


def pack_latents(latents: Latents) -> bytes:
    """u32 n, then n latent means (f32 z1, f32 z2), then n labels u8, little-endian."""
    means = np.ascontiguousarray(latents.means, "<f4")
    return struct.pack("<I", len(means)) + means.tobytes() + latents.labels.astype(np.uint8).tobytes()


class Connection:
    """One open decode channel: one request in work, the newest of those that wait, nothing more."""

    def __init__(self, websocket: WebSocket, service: DecoderService, checkpoint: str) -> None:
        if checkpoint not in service.names:
            raise Refusal(UNKNOWN, f"There is no checkpoint named {checkpoint!r} on this server.")
        self._websocket = websocket
        self._service = service
        self._checkpoint = checkpoint
        self._owner = websocket.client.host if websocket.client else ""
        self._newest: DecodeRequest | None = None
        self._arrived = asyncio.Event()
        self._last: Decoded | None = None

    async def serve(self) -> None:
        """Answer until the client leaves. Raises Refusal, or WebSocketDisconnect."""
        tasks = {asyncio.create_task(self._read()), asyncio.create_task(self._answer())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message["code"])
            if (frame := message.get("bytes")) is not None:
                overtaken, self._newest = self._newest, parse(frame)
                self._arrived.set()
                if overtaken is not None:
                    await asyncio.sleep(PACE)
            elif message.get("text") == "status":
                await _tell(self._websocket.send_json(self._status()))
                await asyncio.sleep(PACE)
            else:
                raise Refusal(NOT_UNDERSTOOD, 'The only text this channel understands is "status".')

    async def _answer(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            request, self._newest = self._newest, None
            assert request is not None
            self._last = await self._decode(request.z)
            await _tell(self._websocket.send_bytes(request.sequence + self._last.images.tobytes()))

    async def _decode(self, z: NDArray[np.float32]) -> Decoded:
        try:
            return await asyncio.wrap_future(self._service.submit(self._checkpoint, z, self._owner))
        except (QueueFull, Overdue) as error:
            raise Refusal(TRY_LATER, "The server has too much to do; try again in a moment.") from error
        except BatcherClosed as error:
            raise Refusal(GOING_AWAY, "The server is shutting down.") from error
        except Exception as error:
            logging.getLogger(__name__).exception("A decode request failed.")
            raise Refusal(FAILED, "The decoder failed on this request; the server's log says why.") from error

    def _status(self) -> dict[str, str | float | int | None]:
        last = self._last
        return {
            "device": self._service.device_name,
            "checkpoint": self._checkpoint,
            "decode_ms": None if last is None else round(last.seconds * 1e3, 3),
            "batch": None if last is None else last.batch,
        }


async def _tell(sending: Awaitable[None]) -> None:
    """Send; a connection that the web server itself has closed meanwhile is one that the client left."""
    try:
        await sending
    except RuntimeError as error:
        raise WebSocketDisconnect(1006) from error
