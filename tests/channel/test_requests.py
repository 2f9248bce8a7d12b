"""HTTP as odd clients speak it: heads without an end, and many requests at once."""

from __future__ import annotations

import contextlib
import re
import socket

import pytest

from tests.channel.talking import SOON, assert_serves
from tests.serving import Server
from vae.serving import sockets

START = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
CHUNKED = START.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
LONG = b"a" * (2 * sockets.MAX_HEAD)
MANY = b"X-One: and another\r\n" * (sockets.MAX_HEAD // 10)


@pytest.mark.parametrize(
    "sent",
    [b"GET /" + LONG, START + b"X-Long: " + LONG, START + MANY, CHUNKED + MANY, START + LONG],
    ids=["a target", "one field", "many fields", "fields after the body", "a field's name"],
)
def test_a_head_that_does_not_end_is_cut_off(server: Server, sent: bytes) -> None:
    """Because of its length: its time is not over yet."""
    with socket.create_connection(server.address, timeout=sockets.HEADERS / 2) as wire:
        with contextlib.suppress(ConnectionError):
            wire.sendall(sent)
        with contextlib.suppress(ConnectionError):
            while wire.recv(2**16):
                pass
    assert_serves(server)


def test_a_head_may_be_as_long_as_browsers_make_them(server: Server) -> None:
    cookies = b"Cookie: " + b"a" * (sockets.MAX_HEAD // 2) + b"\r\n"
    with socket.create_connection(server.address, timeout=SOON) as wire:
        wire.sendall(START + cookies + b"Connection: close\r\n\r\n")
        assert received(wire).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("body", [b"", b"a" * 10_000], ids=["without bodies", "with bodies"])
def test_requests_at_once_are_answered_one_after_the_other(server: Server, body: bytes) -> None:
    """More of them than one slice holds, and than uvicorn is given while the first one waits."""
    count = 30 if body else 1_000
    told = b"Content-Length: %d\r\n" % len(body) if body else b""
    asked = b"".join(
        b"GET /latents/none-%d HTTP/1.1\r\nHost: a\r\n%s\r\n%s" % (number, told, body)
        for number in range(count)
    )
    with socket.create_connection(server.address, timeout=SOON) as wire:
        wire.sendall(asked + START + b"Connection: close\r\n\r\n")
        answers = received(wire)
    assert [int(found) for found in re.findall(rb"none-(\d+)", answers)] == list(range(count))
    assert_serves(server)


def received(wire: socket.socket) -> bytes:
    """All that comes until the server closes."""
    found = b""
    while part := wire.recv(2**16):
        found += part
    return found
