"""The channel of the panel beside the map, WebSocket /panel/{checkpoint}: what a pin changes there.

Binary frames. A request is a u32 and one point (f32 z1, f32 z2), little-endian; its reply begins with the
same u32, and the rest is one JSON object, `told.Told`. A rerun of the page would cost five times as much, and
a class pins dozens of points a second.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from vae.plane.limits import kept
from vae.serving.channel import POINT, ModelConnection, points
from vae.serving.connection import BAD_DATA, HEADER, Refusal, Request, serve

if TYPE_CHECKING:  # the routes stand before anything that takes seconds to load
    from pages.components.frame.originals import Images
    from pages.components.latent_map.told import Around
    from vae.measure.draws import Verdict
    from vae.serving.decoding import DecoderService

AT_ONCE = 2  # panels in work; those that wait for decoder or judge are not
LENGTH = HEADER + POINT


class PanelConnection(ModelConnection):
    """A point in, what is told of it out."""

    def __init__(self, websocket: WebSocket, service: DecoderService, workers: ThreadPoolExecutor) -> None:
        super().__init__(websocket, service)
        self._workers = workers

    @staticmethod
    def parse(frame: bytes) -> Request:
        if len(frame) != LENGTH:
            raise Refusal(BAD_DATA, f"A request is {LENGTH} bytes, one point, not {len(frame)}.")
        return Request(frame[:HEADER], points(frame, HEADER))

    async def answer(self, request: Request) -> bytes:
        await self.prepare()
        found = await self.wait_for(lambda: self._workers.submit(self._look, request))
        drawn = await self.wait_for(lambda: self.service.submit(self.name, found.points, self.owner))
        judge, verdict = found.judge, None
        if judge is not None:
            verdict = await self.wait_for(lambda: judge.submit(drawn.images[0], owner=self.owner))
        return await self.wait_for(lambda: self._workers.submit(_tell, found, drawn.images, verdict))

    def _look(self, request: Request) -> Around:
        from pages.components.latent_map.told import around

        z1, z2 = map(kept, request.rows[0].tolist())
        return around(self.service, self.name, (z1, z2))


def _tell(found: Around, pictures: Images, verdict: Verdict | None) -> bytes:
    from pages.components.latent_map.told import told

    return json.dumps(told(found, pictures, verdict)._asdict()).encode()


def routes(
    service: Callable[[], DecoderService], origin_allowed: Callable[[str | None, str | None], bool]
) -> list[BaseRoute]:
    """The route of this module. `origin_allowed` gets the Origin and Host headers of a handshake."""
    connection = partial(PanelConnection, workers=ThreadPoolExecutor(AT_ONCE, "panel"))

    async def panel(websocket: WebSocket) -> None:
        await serve(websocket, service, connection, origin_allowed)

    return [WebSocketRoute("/panel/{name}", panel)]
