"""Conversations with the channels."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.serving import Server
from vae.serving.decoding import DecoderService

SOON = 20.0  # seconds until a test that hangs fails


def request(sequence: int, z: NDArray[np.float32] | list[list[float]]) -> bytes:
    return struct.pack("<I", sequence) + np.asarray(z, "<f4").tobytes()


def talk(
    server: Server,
    talking: Callable[[ClientConnection], Awaitable[None]],
    path: str = "vae",
    route: str = "decode",
    **headers: str,
) -> None:
    """Run a conversation on a fresh connection."""

    async def conversation() -> None:
        address = f"ws://{server.host}/{route}/{path}"
        async with asyncio.timeout(SOON), connect(address, additional_headers=headers) as connection:
            await talking(connection)

    asyncio.run(conversation())


async def closing(connection: ClientConnection) -> tuple[int, str]:
    """The code and the reason with which the server closes."""
    with pytest.raises(ConnectionClosed) as closed:
        await connection.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def assert_serves(server: Server) -> None:
    async def ask(connection: ClientConnection) -> None:
        for sequence in range(5):
            await connection.send(request(sequence, [[0.5, -0.5]]))
            reply = await connection.recv()
            assert reply[:4] == struct.pack("<I", sequence)
            assert len(reply) == 4 + 784

    talk(server, ask)


async def assert_pictures_come(connection: ClientConnection, service: DecoderService, name: str) -> None:
    """Sequence numbers and pictures, byte for byte, of one point, two, and the most there may be."""
    rng = np.random.default_rng(0)
    for sequence, n in ((0, 1), (7, 2), (2**32 - 1, 256)):
        z = rng.normal(size=(n, 2)).astype(np.float32)
        await connection.send(request(sequence, z))
        reply = await connection.recv()
        assert reply == struct.pack("<I", sequence) + service.decode(name, z).images.tobytes()
