"""The decode channel over real sockets: the protocol and its refusals."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.channel.talking import SOON, assert_pictures_come, assert_serves, closing, request, talk
from tests.serving import Server
from vae.serving.channel import DecodeConnection
from vae.serving.connection import BAD_DATA, FOREIGN, NOT_UNDERSTOOD, TOO_BIG, UNKNOWN, Refusal
from vae.serving.decoding import DecoderService

REFUSALS = {BAD_DATA, TOO_BIG}


@pytest.mark.parametrize("name", ["vae", "beta"])
def test_a_reply_is_the_sequence_number_and_the_pictures(
    server: Server, service: DecoderService, name: str
) -> None:
    async def ask(connection: ClientConnection) -> None:
        await assert_pictures_come(connection, service, name)

    talk(server, ask, name)


def readable(frame: bytes) -> bool:
    """The protocol's rule, spelled out one number at a time."""
    count, rest = divmod(len(frame) - 4, 8)
    if rest or not 1 <= count <= 256:
        return False
    numbers = [value for point in struct.iter_unpack("<2f", frame[4:]) for value in point]
    return all(math.isfinite(value) and abs(value) <= 1000 for value in numbers)


coordinates = st.floats(-1000, 1000, width=32)
near_frames = st.builds(
    lambda floats, tail: bytes(4) + struct.pack(f"<{len(floats)}f", *floats) + tail,
    st.lists(coordinates | st.floats(width=32), max_size=520),
    st.binary(max_size=3),
)


@given(st.binary(max_size=40) | near_frames)
def test_a_frame_is_read_exactly_or_refused_with_a_sentence(frame: bytes) -> None:
    if not readable(frame):
        with pytest.raises(Refusal) as refused:
            DecodeConnection.parse(frame)
        assert refused.value.code in REFUSALS
        assert 20 < len(refused.value.reason.encode()) <= 123
    else:
        read = DecodeConnection.parse(frame)
        assert read.sequence + read.rows.tobytes() == frame


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=256),
)
def test_every_request_of_the_protocol_is_read(sequence: int, z: list[tuple[float, float]]) -> None:
    read = DecodeConnection.parse(request(sequence, z))
    assert struct.unpack("<I", read.sequence) == (sequence,)
    assert read.rows.tolist() == [list(point) for point in z]


BAD_FRAMES = {
    "nothing": (b"", BAD_DATA),
    "no points": (request(1, []), BAD_DATA),
    "half a point": (request(1, [[0, 0]])[:-4], BAD_DATA),
    "a byte too much": (request(1, [[0, 0]]) + b"x", BAD_DATA),
    "not a number": (request(1, [[0, 0], [0, float("nan")]]), BAD_DATA),
    "infinite": (request(1, [[float("-inf"), 0]]), BAD_DATA),
    "too far away": (request(1, [[0, 1000.1]]), BAD_DATA),
    "too many points": (request(1, [[0, 0]] * 257), TOO_BIG),
    "a megabyte": (bytes(2**20), TOO_BIG),
    "text": ("hello", NOT_UNDERSTOOD),
}


@pytest.mark.parametrize("kind", BAD_FRAMES)
def test_a_bad_frame_closes_its_connection_with_a_reason_and_no_other(server: Server, kind: str) -> None:
    frame, code = BAD_FRAMES[kind]

    async def offend(connection: ClientConnection) -> None:
        async with connect(f"ws://{server.host}/decode/vae") as neighbour:
            await connection.send(frame)
            closed, reason = await closing(connection)
            assert closed == code
            assert reason.endswith(".")
            await neighbour.send(request(3, [[0, 0]]))
            assert (await neighbour.recv())[:4] == struct.pack("<I", 3)

    talk(server, offend)


@settings(max_examples=60, deadline=None)
@given(frames=st.lists(st.binary(max_size=40) | st.just(request(9, [[1, 1]])), min_size=1, max_size=6))
def test_no_sequence_of_frames_breaks_the_server(server: Server, frames: list[bytes]) -> None:
    async def fuzz(connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await connection.send(frame)
                reply = await connection.recv()
                assert reply[:4] == frame[:4]
                assert len(reply) == 4 + 784 * ((len(frame) - 4) // 8)
            return
        assert connection.close_code in REFUSALS

    talk(server, fuzz)
    assert_serves(server)


def test_bytes_that_are_no_websocket_frames_harm_nobody(server: Server) -> None:
    rng = np.random.default_rng(0)
    host, port = server.host.split(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), SOON) as raw:
            raw.sendall(
                b"GET /decode/vae HTTP/1.1\r\nHost: " + server.host.encode() + b"\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                b"dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert raw.recv(1000).startswith(b"HTTP/1.1 101")
            raw.sendall(rng.bytes(5000))
    assert_serves(server)


def test_an_unknown_checkpoint_is_named_in_the_reason(server: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert code == UNKNOWN
        assert "'nope'" in reason

    talk(server, hear, "nope")


def test_even_a_long_unknown_name_fits_a_close_frame(server: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        assert (await closing(connection))[0] == UNKNOWN

    talk(server, hear, "%C3%A9" * 500)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://["])
def test_a_page_of_another_host_is_turned_away(server: Server, origin: str) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert code == FOREIGN
        assert origin in reason

    talk(server, hear, Origin=origin)


def test_a_page_of_the_same_host_is_served(server: Server) -> None:
    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(1, [[0, 0]]))
        assert len(await connection.recv()) == 788

    talk(server, ask, Origin=f"http://{server.host}")


def test_status_tells_the_device_and_the_last_decode(server: Server, service: DecoderService) -> None:
    async def ask(connection: ClientConnection) -> None:
        await connection.send("status")
        assert json.loads(await connection.recv()) == {
            "device": service.device_name,
            "checkpoint": "beta",
            "decode_ms": None,
            "batch": None,
        }
        await connection.send(request(1, [[0, 0]] * 3))
        await connection.recv()
        await connection.send("status")
        status = json.loads(await connection.recv())
        assert status["batch"] == 3
        assert 0 < status["decode_ms"] < 1000 * SOON

    talk(server, ask, "beta")
