"""The channels to encoder and decoder, WebSocket /encode/{checkpoint} and /decode/{checkpoint}, and /latents.

Binary frames, little-endian; every request begins with a u32, and its reply with the same one.

Decode: n points (f32 z1, f32 z2), 1 <= n <= 256. Reply: n pictures of 784 bytes. The text frame "status" is
answered by one JSON object in a text frame: device, checkpoint, and the milliseconds and batch size of the
connection's last decode.

Encode: one image, 784 grey values u8, so that every number is finite. Reply: the latent mean (f32, f32), the
log-variance (f32, f32; minus infinity for a plain autoencoder), and the picture decoded at the mean, 784 u8.

Anything else closes the connection with a code and a sentence.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vae.config import PIXELS
from vae.plane.limits import LIMIT, MAX_POINTS
from vae.serving.connection import (
    BAD_DATA,
    HEADER,
    NOT_UNDERSTOOD,
    TOO_BIG,
    UNKNOWN,
    Connection,
    Refusal,
    Request,
    serve,
)
from vae.serving.errors import UnknownCheckpoint
from vae.serving.kept import Kept
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.model.checkpoint import Latents
    from vae.serving.decoding import DecoderService
    from vae.serving.passes import Decoded

POINT = 8  # bytes: two float32
LATENTS_AT_HAND, LATENTS_BYTES = 64, 2**24  # of models, and bytes of all of them together
MAX_MESSAGE = HEADER + MAX_POINTS * POINT


class ModelConnection(Connection):
    """A channel to a checkpoint or a guest of the service."""

    async def prepare(self) -> None:
        if self.service.is_at_hand(self.name):
            return
        if not await run_in_threadpool(self.service.has, self.name):
            raise Refusal(UNKNOWN, f"There is no checkpoint named {self.name!r} on this server.")


class DecodeConnection(ModelConnection):
    """Points in, pictures out."""

    _last: Decoded | None = None

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) > MAX_MESSAGE:
            raise Refusal(TOO_BIG, f"A request holds at most {MAX_POINTS} points ({MAX_MESSAGE} bytes).")
        if len(frame) < HEADER + POINT or (len(frame) - HEADER) % POINT:
            raise Refusal(BAD_DATA, f"A request is 4 + 8n bytes, n from 1 to {MAX_POINTS}, not {len(frame)}.")
        return Request(frame[:HEADER], points(frame, HEADER))

    async def answer(self, request: Request) -> bytes:
        await self.prepare()
        self._last = await self.wait_for(lambda: self.service.submit(self.name, request.rows, self.owner))
        return self._last.images.tobytes()

    def say(self, text: str) -> Mapping[str, object]:
        if text != "status":
            raise Refusal(NOT_UNDERSTOOD, 'The only text this channel understands is "status".')
        last = self._last
        return {
            "device": self.service.device_name,
            "checkpoint": self.name,
            "decode_ms": None if last is None else round(last.seconds * 1e3, 3),
            "batch": None if last is None else last.batch,
        }


class EncodeConnection(ModelConnection):
    """An image in, its posterior and the picture of its mean out."""

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) != HEADER + PIXELS:
            code = TOO_BIG if len(frame) > HEADER + PIXELS else BAD_DATA
            raise Refusal(code, f"A request is {HEADER} + {PIXELS} bytes, one image, not {len(frame)}.")
        grey = np.frombuffer(frame, np.uint8, offset=HEADER)[None]
        return Request(frame[:HEADER], np.divide(grey, 255, dtype=np.float32))

    async def answer(self, request: Request) -> bytes:
        name, owner = self.name, self.owner
        await self.prepare()
        encoded = await self.wait_for(lambda: self.service.submit_encode(name, request.rows, owner))
        decoded = await self.wait_for(lambda: self.service.submit(name, encoded.means, owner))
        posterior = np.concatenate([encoded.means, encoded.log_variances])
        return posterior.astype("<f4").tobytes() + decoded.images.tobytes()


def points(frame: bytes, offset: int) -> NDArray[np.float32]:
    """The points from `offset` to the end of a frame, (n, 2). Raises Refusal for what are none."""
    z = np.frombuffer(frame, "<f4", offset=offset).reshape(-1, 2)
    if not (np.abs(z) <= LIMIT).all():  # false for NaN too
        raise Refusal(BAD_DATA, f"Coordinates are finite numbers between -{LIMIT:g} and {LIMIT:g}.")
    return z


def same_host(origin: str | None, host: str | None) -> bool:
    """Whether a page from `origin` may open a channel: this host's own, and programs, which send none."""
    return origin is None or (bool(host) and origin.partition("://")[2] == host)


def routes(
    service: Callable[[], DecoderService],
    origin_allowed: Callable[[str | None, str | None], bool] = same_host,
) -> list[BaseRoute]:
    """The routes of this module. `origin_allowed` gets the Origin and Host headers of a handshake.

    `service` may take long when it is called first: that is never done where others wait.
    """
    latents: Kept[str, Payload] = Kept(
        lambda name: Payload(pack_latents(service().checkpoint(name).latents), "application/octet-stream"),
        LATENTS_AT_HAND,
        lambda payload: len(payload.body),
        LATENTS_BYTES,
    )

    async def decode(websocket: WebSocket) -> None:
        await serve(websocket, service, DecodeConnection, origin_allowed)

    async def encode(websocket: WebSocket) -> None:
        await serve(websocket, service, EncodeConnection, origin_allowed)

    def serve_latents(request: HttpRequest) -> Response:
        name = request.path_params["name"]
        try:
            service().checkpoint(name)  # it may be gone, though its latents are at hand
            return latents.get(name).response(request)
        except UnknownCheckpoint as error:
            return PlainTextResponse(str(error), 404)

    return [
        WebSocketRoute("/decode/{name}", decode),
        WebSocketRoute("/encode/{name}", encode),
        Route("/latents/{name}", serve_latents),
    ]


def pack_latents(latents: Latents) -> bytes:
    """u32 n, then n latent means (f32 z1, f32 z2), then n labels u8, little-endian."""
    means = np.ascontiguousarray(latents.means, "<f4")
    return struct.pack("<I", len(means)) + means.tobytes() + latents.labels.astype(np.uint8).tobytes()
