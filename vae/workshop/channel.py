"""The channel to a run's history, WebSocket /history/{run}: its decoder as it was at any snapshot.

Binary frames, little-endian. A request is u32 sequence, u32 index of the snapshot, n points (f32 z1, f32 z2),
1 <= n <= 256; its reply the same u32 sequence and n pictures of 784 bytes. Pace and closing codes are those
of the decode channel.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from vae.serving.channel import MAX_MESSAGE, POINT, points
from vae.serving.connection import BAD_DATA, HEADER, TOO_BIG, UNKNOWN, Connection, Refusal, Request, serve
from vae.workshop.errors import UnknownRun

if TYPE_CHECKING:  # the route stands before anything that takes seconds to load
    from vae.model.network import VAE
    from vae.serving.decoding import DecoderService
    from vae.workshop.decoders import Decoders

INDEX = 4  # bytes


class HistoryConnection(Connection):
    """A snapshot and points in, pictures out."""

    def __init__(self, websocket: WebSocket, service: DecoderService, decoders: Decoders) -> None:
        super().__init__(websocket, service)
        self._decoders = decoders

    async def prepare(self) -> None:
        await self._at(0)

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) > MAX_MESSAGE + INDEX:
            raise Refusal(TOO_BIG, f"A request is at most {MAX_MESSAGE + INDEX} bytes.")
        start = HEADER + INDEX
        if len(frame) < start + POINT or (len(frame) - start) % POINT:
            raise Refusal(BAD_DATA, f"A request is 8 + 8n bytes, n from 1 to 256, not {len(frame)}.")
        (index,) = struct.unpack_from("<I", frame, HEADER)
        return Request(frame[:HEADER], points(frame, start), index)

    async def answer(self, request: Request) -> bytes:
        model = await self._at(request.snapshot)
        decoded = await self.wait_for(lambda: self.service.submit_with(model, request.rows, self.owner))
        return decoded.images.tobytes()

    async def _at(self, index: int) -> VAE:
        """The decoder at a snapshot. Raises Refusal if there is none."""
        try:
            if self._decoders.is_at_hand(self.name, index):
                return self._decoders.get(self.name, index)
            return await run_in_threadpool(self._decoders.get, self.name, index)
        except UnknownRun as error:
            raise Refusal(UNKNOWN, str(error)) from error


def routes(
    service: Callable[[], DecoderService],
    decoders: Callable[[], Decoders],
    origin_allowed: Callable[[str | None, str | None], bool],
) -> list[BaseRoute]:
    """The route. Both may take long when they are called first."""

    async def history(websocket: WebSocket) -> None:
        opened = await run_in_threadpool(decoders)

        def connection(websocket: WebSocket, service: DecoderService) -> Connection:
            return HistoryConnection(websocket, service, opened)

        await serve(websocket, service, connection, origin_allowed)

    return [WebSocketRoute("/history/{name}", history)]
