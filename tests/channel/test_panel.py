"""The panel's channel over real sockets: a pinned point in, what is told of it out."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator
from contextlib import AsyncExitStack

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect

from pages.components.latent_map import channel
from pages.components.latent_map.told import around
from tests.channel.talking import SOON, closing, talk
from tests.pages.told import told_at
from tests.serving import HeldDrawing, Server
from vae.serving.channel import same_host
from vae.serving.connection import BAD_DATA, FOREIGN, NOT_UNDERSTOOD, UNKNOWN
from vae.serving.decoding import DecoderService


@pytest.fixture(scope="module")
def panels(service: DecoderService) -> Iterator[Server]:
    with Server(channel.routes(lambda: service, same_host)).running() as server:
        yield server


def request(sequence: int, *point: float) -> bytes:
    return struct.pack(f"<I{len(point)}f", sequence, *point)


@pytest.mark.parametrize("name", ["vae", "beta"])
def test_a_reply_tells_of_the_point_that_was_asked(
    panels: Server, service: DecoderService, name: str
) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (20, 2)).round(4).tolist()

    async def ask(connection: ClientConnection) -> None:
        for sequence, (z1, z2) in enumerate([*points, (0.0, 0.0), (-1000.0, 1000.0)]):
            await connection.send(request(sequence, z1, z2))
            reply = await connection.recv()
            assert isinstance(reply, bytes)
            assert reply[:4] == struct.pack("<I", sequence)
            assert json.loads(reply[4:]) == told_at(service, name, (z1, z2))._asdict()

    talk(panels, ask, name, "panel")


def test_whoever_waits_for_the_decoder_keeps_nobody_from_asking(
    panels: Server, service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing, students = HeldDrawing(monkeypatch), 4 * channel.AT_ONCE
    asked = students * len(around(service, "vae", (0.5, 0.5)).points)

    async def ask() -> None:
        async with asyncio.timeout(SOON), AsyncExitStack() as stack:
            address = f"ws://{panels.host}/panel/vae"
            there = [await stack.enter_async_context(connect(address)) for _ in range(students)]
            for sequence, connection in enumerate(there):
                await connection.send(request(sequence, 0.5, 0.5))
            while sum(drawing.passes) + service.queue_depth < asked:
                await asyncio.sleep(0.01)
            drawing.go.set()
            for sequence, connection in enumerate(there):
                reply = await connection.recv()
                assert reply[:4] == struct.pack("<I", sequence)

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("frame", "code", "said"),
    [
        (b"", BAD_DATA, "one point, not 0"),
        (request(1), BAD_DATA, "one point, not 4"),
        (request(1, 0.5), BAD_DATA, "one point, not 8"),
        (request(1, 0.5, 0.5, 0.5, 0.5), BAD_DATA, "one point, not 20"),
        (request(1, float("nan"), 0.0), BAD_DATA, "finite numbers"),
        (request(1, 0.0, 1000.5), BAD_DATA, "between -1000 and 1000"),
        ("status", NOT_UNDERSTOOD, "understands no text"),
    ],
)
def test_what_is_no_request_closes_with_a_reason(
    panels: Server, frame: bytes | str, code: int, said: str
) -> None:
    async def ask(connection: ClientConnection) -> None:
        await connection.send(frame)
        told_code, reason = await closing(connection)
        assert told_code == code
        assert said in reason

    talk(panels, ask, "vae", "panel")


def test_unknown_checkpoints_and_foreign_pages_are_refused(panels: Server) -> None:
    async def unknown(connection: ClientConnection) -> None:
        assert await closing(connection) == (UNKNOWN, "There is no checkpoint named 'gan' on this server.")

    async def foreign(connection: ClientConnection) -> None:
        assert (await closing(connection))[0] == FOREIGN

    talk(panels, unknown, "gan", "panel")
    talk(panels, foreign, "vae", "panel", Origin="http://elsewhere.example")
