"""The decode channel over real sockets: the protocol, its refusals, and what bad neighbours may not do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import socket
import struct
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.serving import HeldDrawing, Server, write_checkpoint
from vae import channel, decoding
from vae.channel import Refusal, parse
from vae.decoding import LIGHT, DecoderService

SOON = 20.0  # seconds until a test that hangs fails
REFUSALS = {channel.BAD_DATA, channel.TOO_BIG}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    folder = tmp_path_factory.mktemp("checkpoints")
    write_checkpoint(folder / "vae.pt")
    write_checkpoint(folder / "beta.pt", seed=1)
    service = DecoderService(folder, torch.device("cpu"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def server(service: DecoderService) -> Iterator[Server]:
    with Server(channel.routes(lambda: service)).running() as server:
        yield server


def request(sequence: int, z: NDArray[np.float32] | list[list[float]]) -> bytes:
    return struct.pack("<I", sequence) + np.asarray(z, "<f4").tobytes()


def talk(
    server: Server, talking: Callable[[ClientConnection], Awaitable[None]], path: str = "vae", **headers: str
) -> None:
    """Run a conversation on a fresh connection."""

    async def conversation() -> None:
        address = f"ws://{server.host}/decode/{path}"
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


# -- the protocol --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vae", "beta"])
def test_a_reply_is_the_sequence_number_and_the_pictures(
    server: Server, service: DecoderService, name: str
) -> None:
    rng = np.random.default_rng(0)

    async def ask(connection: ClientConnection) -> None:
        for sequence, n in ((0, 1), (7, 2), (2**32 - 1, 256)):
            z = rng.normal(size=(n, 2)).astype(np.float32)
            await connection.send(request(sequence, z))
            reply = await connection.recv()
            assert reply == struct.pack("<I", sequence) + service.decode(name, z).images.tobytes()

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
            parse(frame)
        assert refused.value.code in REFUSALS
        assert 20 < len(refused.value.reason.encode()) <= 123
    else:
        read = parse(frame)
        assert read.sequence + read.z.tobytes() == frame


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=256),
)
def test_every_request_of_the_protocol_is_read(sequence: int, z: list[tuple[float, float]]) -> None:
    read = parse(request(sequence, z))
    assert struct.unpack("<I", read.sequence) == (sequence,)
    assert read.z.tolist() == [list(point) for point in z]


BAD_FRAMES = {
    "nothing": (b"", channel.BAD_DATA),
    "no points": (request(1, []), channel.BAD_DATA),
    "half a point": (request(1, [[0, 0]])[:-4], channel.BAD_DATA),
    "a byte too much": (request(1, [[0, 0]]) + b"x", channel.BAD_DATA),
    "not a number": (request(1, [[0, 0], [0, float("nan")]]), channel.BAD_DATA),
    "infinite": (request(1, [[float("-inf"), 0]]), channel.BAD_DATA),
    "too far away": (request(1, [[0, 1000.1]]), channel.BAD_DATA),
    "too many points": (request(1, [[0, 0]] * 257), channel.TOO_BIG),
    "a megabyte": (bytes(2**20), channel.TOO_BIG),
    "text": ("hello", channel.NOT_UNDERSTOOD),
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
        assert code == channel.UNKNOWN
        assert "'nope'" in reason

    talk(server, hear, "nope")


def test_even_a_long_unknown_name_fits_a_close_frame(server: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        assert (await closing(connection))[0] == channel.UNKNOWN

    talk(server, hear, "%C3%A9" * 500)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://["])
def test_a_page_of_another_host_is_turned_away(server: Server, origin: str) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert code == channel.FOREIGN
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


# -- bad neighbours and bad days -----------------------------------------------------------------------------


def test_of_what_arrives_during_a_decode_the_newest_is_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)

    async def hurry(connection: ClientConnection) -> None:
        await connection.send(request(0, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        for sequence in range(1, 31):
            await connection.send(request(sequence, [[0, sequence]]))
        await connection.send("status")
        await connection.recv()  # so the server has read everything that was sent before
        drawing.go.set()
        replies = [await connection.recv(), await connection.recv()]
        assert [struct.unpack_from("<I", reply)[0] for reply in replies] == [0, 30]
        await connection.send(request(31, [[0, 0]]))
        assert (await connection.recv())[:4] == struct.pack("<I", 31)  # nothing else was waiting

    talk(server, hurry)
    assert drawing.passes == [1, 1, 1]


def test_a_flood_stays_with_the_one_who_sends_it(server: Server) -> None:
    """40 MB of the largest requests from one client that reads nothing: it has to wait, others do not."""

    async def flood(connection: ClientConnection) -> None:
        for sequence in range(20_000):
            await connection.send(request(sequence, [[0, 0]] * 256))

    async def beside(connection: ClientConnection) -> None:
        flooding = asyncio.create_task(flood(connection))
        async with connect(f"ws://{server.host}/decode/vae") as neighbour:
            for sequence in range(50):
                await neighbour.send(request(sequence, [[1, 1]]))
                assert (await neighbour.recv())[:4] == struct.pack("<I", sequence)
        assert not flooding.done()
        flooding.cancel()
        connection.transport.abort()

    talk(server, beside)
    assert_serves(server)


def test_clients_that_vanish_are_forgotten(
    server: Server, service: DecoderService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drawing = HeldDrawing(monkeypatch)

    async def vanish(connection: ClientConnection) -> None:
        for sequence in range(2):
            await connection.send(request(sequence, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        connection.transport.abort()

    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            talk(server, vanish)
        drawing.go.set()
        assert_serves(server)
    assert caplog.records == []
    assert service.queue_depth == 0
    # the vanished clients' second requests cost nothing; larger passes are what an earlier test left behind
    assert sum(points for points in drawing.passes if points <= LIGHT) < 5 + 5 + 5


def test_a_decoder_that_fails_is_reported_and_the_server_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(1, [[0, 0]]))
        code, reason = await closing(connection)
        assert code == channel.FAILED
        assert "log" in reason

    with monkeypatch.context() as patch:
        patch.setattr(decoding, "draw", fail)
        talk(server, ask)
    assert "out of memory" in caplog.text
    assert_serves(server)


def test_more_than_the_queue_holds_is_asked_to_come_back(
    service: DecoderService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_QUEUE", 300)
    write_checkpoint(tmp_path / "vae.pt")
    small = DecoderService(tmp_path, torch.device("cpu"))
    drawing = HeldDrawing(monkeypatch)

    async def crowd(first: ClientConnection) -> None:
        await first.send(request(0, [[0, 0]]))
        await asyncio.to_thread(drawing.begun.wait, SOON)
        async with connect(first_address) as second, connect(first_address) as third:
            await second.send(request(0, [[0, 0]] * 256))
            await second.send("status")
            await second.recv()
            await third.send(request(0, [[0, 0]] * 256))
            assert (await closing(third))[0] == channel.TRY_LATER
            drawing.go.set()
            assert len(await second.recv()) == 4 + 256 * 784

    with Server(channel.routes(lambda: small)).running() as server:
        first_address = f"ws://{server.host}/decode/vae"
        talk(server, crowd)
    small.close()


def test_a_service_that_closes_says_so(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    closed = DecoderService(tmp_path, torch.device("cpu"))
    closed.close()

    async def ask(connection: ClientConnection) -> None:
        await connection.send(request(0, [[0, 0]]))
        assert (await closing(connection))[0] == channel.GOING_AWAY

    with Server(channel.routes(lambda: closed)).running() as server:
        talk(server, ask)


# -- beside the channel --------------------------------------------------------------------------------------


def get(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    asked = urllib.request.Request(f"http://{server.host}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=SOON) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_latents_come_as_means_and_labels(server: Server, service: DecoderService) -> None:
    latents = service.checkpoint("beta").latents
    status, headers, body = get(server, "/latents/beta")
    n = struct.unpack_from("<I", body)[0]
    assert status == 200
    assert headers["content-type"] == "application/octet-stream"
    assert n == len(latents.labels)
    assert len(body) == 4 + 9 * n
    np.testing.assert_array_equal(np.frombuffer(body, "<f4", 2 * n, 4).reshape(n, 2), latents.means)
    np.testing.assert_array_equal(np.frombuffer(body, "u1", n, 4 + 8 * n), latents.labels)

    again, _, nothing = get(server, "/latents/beta", **{"If-None-Match": headers["etag"]})
    assert (again, nothing) == (304, b"")
    assert get(server, "/latents/vae", **{"If-None-Match": headers["etag"]})[0] == 200


def test_latents_of_an_unknown_checkpoint_are_not_found(server: Server) -> None:
    status, _, body = get(server, "/latents/nope")
    assert status == 404
    assert b"vae, beta" in body


def test_healthz_tells_device_checkpoints_queue_and_problems(server: Server, service: DecoderService) -> None:
    status, headers, body = get(server, "/healthz")
    assert status == 200
    assert headers["cache-control"] == "no-store"
    assert json.loads(body) == {
        "status": "ok",
        "device": service.device_name,
        "checkpoints": ["vae", "beta"],
        "queue_depth": 0,
        "problems": {},
    }


def test_healthz_with_nothing_to_serve_says_what_is_wrong(tmp_path: Path) -> None:
    service = DecoderService(tmp_path, torch.device("cpu"))
    with Server(channel.routes(lambda: service)).running() as server:
        health = json.loads(get(server, "/healthz")[2])
    assert health["status"] == "degraded"
    assert "vae.pt" in health["problems"]["vae.pt"]
    service.close()
