"""What a single socket cannot do to the others: floods, silence, halves of things, and being one too many."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from tests.channel.talking import SOON, assert_serves, closing, request, talk
from tests.serving import Server
from vae.serving import channel, health, sockets
from vae.serving.connection import BAD_DATA, TOO_BIG
from vae.serving.decoding import DecoderService
from vae.serving.room import Room

UPGRADE = (
    "GET /decode/vae HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "GLANCE", 0.1)


@contextlib.contextmanager
def plain(server: Server) -> Iterator[socket.socket]:
    """A connection of which nothing is said yet."""
    with socket.create_connection(server.address, timeout=SOON) as plain:
        yield plain


@contextlib.contextmanager
def upgraded(server: Server) -> Iterator[socket.socket]:
    """A WebSocket of which the test writes every byte itself."""
    with plain(server) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
        key = base64.b64encode(os.urandom(16)).decode()
        wire.sendall(UPGRADE.format(host=server.host, key=key).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += wire.recv(4096)
        assert b" 101 " in answer
        yield wire


def is_cut_off(wire: socket.socket) -> bool:
    """Whether the server ends the connection, sooner or later; reads what comes until then."""
    with contextlib.suppress(ConnectionError):
        while wire.recv(2**16):
            pass
    return True  # a timeout is an error of its own


def frame(opcode: Opcode, data: bytes = b"", fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


@pytest.mark.parametrize("opcode", [Opcode.CONT, Opcode.PING, Opcode.PONG])
def test_a_flood_of_frames_that_say_nothing_costs_only_its_sender(
    server: Server, opcode: Opcode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As fast as one machine can send: others are answered meanwhile, and it is cut off in the end."""
    monkeypatch.setattr(sockets, "OVERDRAWN", 0.5)
    flood = frame(opcode, fin=opcode != Opcode.CONT) * 10_000
    cut_off = threading.Event()

    def send() -> None:
        with upgraded(server) as wire:
            if opcode == Opcode.CONT:
                wire.sendall(frame(Opcode.BINARY, fin=False))
            with contextlib.suppress(ConnectionError):
                while True:
                    wire.sendall(flood)
        cut_off.set()

    threading.Thread(target=send, daemon=True).start()
    for _ in range(3):
        assert_serves(server)
    assert cut_off.wait(SOON)


def test_what_a_client_does_not_read_is_not_kept_for_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "UNREAD", 0.5)

    async def leave_unread(connection: ClientConnection) -> None:
        connection.transport.pause_reading()
        with contextlib.suppress(Exception):
            for sequence in range(200_000):
                await connection.send(request(sequence, [[0, 0]] * 256))
                await asyncio.sleep(0)

    talk(server, leave_unread)
    assert_serves(server)


def test_a_slow_reader_is_not_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes several times as long as the limit, but never stops."""
    monkeypatch.setattr(sockets, "UNREAD", 1.0)
    with upgraded(server) as wire:
        for _ in range(8):
            wire.sendall(frame(Opcode.BINARY, request(0, [[0, 0]] * 256)))
            read = 0
            while read < 256 * 784:
                part = wire.recv(2**14)
                assert part, f"cut off after {read} bytes"
                read += len(part)
                time.sleep(0.04)  # that is its slowness: 400 kB a second


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("HEADERS", b""),
        ("HEADERS", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "),
        ("HEADERS", b"GET /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"),
    ],
    ids=["silent", "half a header", "half a body"],
)
def test_a_connection_that_asks_nothing_is_closed(
    server: Server, limit: str, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, limit, 0.5)
    with plain(server) as wire:
        wire.sendall(sent)
        assert is_cut_off(wire)
    assert_serves(server)


@pytest.mark.parametrize(
    "sent",
    [frame(Opcode.BINARY, bytes(1000), fin=False), frame(Opcode.BINARY, bytes(10_000))[:5_000]],
    ids=["a first fragment", "half a frame"],
)
def test_a_message_that_does_not_end_is_not_waited_for(
    server: Server, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MESSAGE", 0.5)
    with upgraded(server) as wire:
        wire.sendall(sent)
        assert is_cut_off(wire)
    assert_serves(server)


def test_a_connection_that_only_listens_stays(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("HEADERS", "BODY", "MESSAGE", "UNREAD", "OVERDRAWN"):
        monkeypatch.setattr(sockets, limit, 0.2)

    async def listen(connection: ClientConnection) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(connection.recv(), 1.0)
        await connection.send(request(1, [[0, 0]]))
        assert len(await connection.recv()) == 4 + 784

    talk(server, listen)


def test_a_message_of_more_than_a_megabyte_is_too_big(server: Server) -> None:
    async def send(connection: ClientConnection) -> None:
        await connection.send(bytes(sockets.MAX_MESSAGE + 1))
        assert (await closing(connection))[0] == TOO_BIG

    talk(server, send)


def test_text_that_is_none_leaves_no_traceback(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    async def send(connection: ClientConnection) -> None:
        await connection.send(b"\xff\xfe", text=True)
        assert (await closing(connection))[0] == BAD_DATA

    with caplog.at_level(logging.INFO):
        talk(server, send)
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_full_room_says_so_and_has_room_again(service: DecoderService) -> None:
    def ask(path: str, server: Server) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(server.host, timeout=SOON)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Accept": "text/html"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    routes = [*channel.routes(lambda: service), *health.routes(lambda: service, Room())]
    with Server(routes, most=20).running() as server:
        with contextlib.ExitStack() as visitors:
            for _ in range(20):
                visitors.enter_context(upgraded(server))
            status, page = ask("/latents/vae", server)
            assert status == 503
            assert b"The room is full" in page
            crowd = [visitors.enter_context(plain(server)) for _ in range(3)]
            assert is_cut_off(crowd[-1])  # more than a tenth too many
        deadline = threading.Event()
        while len(server.connections) and not deadline.wait(0.05):
            pass
        assert_serves(server)
        assert ask("/latents/vae", server)[0] == 200


def test_one_address_leaves_room_for_others() -> None:
    """Three quarters of the room for one address; a proxy on this machine is none."""

    class Visitor:
        def __init__(self, address: str) -> None:
            self.address, self.loop = address, Mock(spec=asyncio.AbstractEventLoop)

    watch = sockets.Watch(100, None)  # type: ignore[arg-type]
    enter = watch.enter
    verdicts = [enter(Visitor("10.0.0.1")) for _ in range(90)]  # type: ignore[arg-type]
    assert [verdicts.count(verdict) for verdict in ("served", "full", "ignored")] == [75, 7, 8]
    assert enter(Visitor("10.0.0.2")) == "served"  # type: ignore[arg-type]
    assert {enter(Visitor("::ffff:127.0.0.1")) for _ in range(9)} == {"served"}  # type: ignore[arg-type]
