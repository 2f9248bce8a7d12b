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
    Connection,
    Refusal,
    Request,
    serve,
)
from vae.serving.errors import UnknownCheckpoint
from vae.serving.payload import Payload

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from vae.model.checkpoint import Latents
    from vae.serving.decoding import Decoded, DecoderService

POINT = 8  # bytes: two float32
MAX_MESSAGE = HEADER + MAX_POINTS * POINT


class DecodeConnection(Connection):
    """Points in, pictures out."""

    _last: Decoded | None = None

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) > MAX_MESSAGE:
            raise Refusal(TOO_BIG, f"A request holds at most {MAX_POINTS} points ({MAX_MESSAGE} bytes).")
        if len(frame) < HEADER + POINT or (len(frame) - HEADER) % POINT:
            raise Refusal(BAD_DATA, f"A request is 4 + 8n bytes, n from 1 to {MAX_POINTS}, not {len(frame)}.")
        z = np.frombuffer(frame, "<f4", offset=HEADER).reshape(-1, 2)
        if not (np.abs(z) <= LIMIT).all():  # false for NaN too
            raise Refusal(BAD_DATA, f"Coordinates are finite numbers between -{LIMIT:g} and {LIMIT:g}.")
        return Request(frame[:HEADER], z)

    async def answer(self, rows: NDArray[np.float32]) -> bytes:
        self._last = await self.wait_for(lambda: self.service.submit(self.checkpoint, rows, self.owner))
        return self._last.images.tobytes()

    def say(self, text: str) -> Mapping[str, object]:
        if text != "status":
            raise Refusal(NOT_UNDERSTOOD, 'The only text this channel understands is "status".')
        last = self._last
        return {
            "device": self.service.device_name,
            "checkpoint": self.checkpoint,
            "decode_ms": None if last is None else round(last.seconds * 1e3, 3),
            "batch": None if last is None else last.batch,
        }


class EncodeConnection(Connection):
    """An image in, its posterior and the picture of its mean out."""

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) != HEADER + PIXELS:
            code = TOO_BIG if len(frame) > HEADER + PIXELS else BAD_DATA
            raise Refusal(code, f"A request is {HEADER} + {PIXELS} bytes, one image, not {len(frame)}.")
        grey = np.frombuffer(frame, np.uint8, offset=HEADER)[None]
        return Request(frame[:HEADER], np.divide(grey, 255, dtype=np.float32))

    async def answer(self, rows: NDArray[np.float32]) -> bytes:
        name, owner = self.checkpoint, self.owner
        encoded = await self.wait_for(lambda: self.service.submit_encode(name, rows, owner))
        decoded = await self.wait_for(lambda: self.service.submit(name, encoded.means, owner))
        posterior = np.concatenate([encoded.means, encoded.log_variances])
        return posterior.astype("<f4").tobytes() + decoded.images.tobytes()


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
    latents: dict[str, Payload] = {}

    async def decode(websocket: WebSocket) -> None:
        await serve(websocket, service, DecodeConnection, origin_allowed)

    async def encode(websocket: WebSocket) -> None:
        await serve(websocket, service, EncodeConnection, origin_allowed)

    def serve_latents(request: HttpRequest) -> Response:
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
        WebSocketRoute("/encode/{checkpoint}", encode),
        Route("/latents/{checkpoint}", serve_latents),
    ]


def pack_latents(latents: Latents) -> bytes:
    """u32 n, then n latent means (f32 z1, f32 z2), then n labels u8, little-endian."""
    means = np.ascontiguousarray(latents.means, "<f4")
    return struct.pack("<I", len(means)) + means.tobytes() + latents.labels.astype(np.uint8).tobytes()
