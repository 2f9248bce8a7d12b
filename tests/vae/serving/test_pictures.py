"""Files from visitors over a real socket: ink back, one sentence for each bad file, and bounds."""

from __future__ import annotations

import asyncio
import http.client
import io
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request
from starlette.types import Message

from tests.serving import Server
from vae.pictures.opened import opened
from vae.serving import pictures
from vae.serving.pictures import MOST_BYTES, ON_THE_WAY

SOON = 30.0
BLOCK = 4096


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(pictures.routes()).running() as server:
        yield server


def post(server: Server, content: bytes, **headers: str) -> tuple[int, str, bytes]:
    """Status, media type and body."""
    with closing(http.client.HTTPConnection(server.host, timeout=SOON)) as connection:
        connection.request("POST", "/pictures", content, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read()


def picture(size: tuple[int, int] = (60, 90)) -> bytes:
    image = Image.new("L", size, 255)
    image.paste(0, (20, 10, 30, 80))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def test_a_picture_comes_back_as_ink(server: Server) -> None:
    status, kind, body = post(server, picture())
    assert (status, kind) == (200, "application/octet-stream")
    assert struct.unpack_from("<HH", body) == (60, 90)
    ink = np.frombuffer(body, np.uint8, offset=4).reshape(90, 60)
    np.testing.assert_array_equal(ink, opened(picture()))


def test_what_is_no_picture_is_refused_in_words(server: Server) -> None:
    status, kind, body = post(server, b"a text")
    assert (status, kind) == (422, "text/plain; charset=utf-8")
    assert body.decode() == "The file is no PNG, JPEG or WebP picture: save it as one of these."
    assert post(server, b"")[0] == 422


def test_only_post_is_understood(server: Server) -> None:
    with closing(http.client.HTTPConnection(server.host, timeout=SOON)) as connection:
        connection.request("GET", "/pictures")
        assert connection.getresponse().status == 405


def test_a_file_of_the_greatest_size_is_taken(server: Server) -> None:
    content = picture()
    assert post(server, content + bytes(MOST_BYTES - len(content)))[0] == 200


def test_a_larger_file_is_refused_before_it_is_sent(server: Server) -> None:
    with closing(http.client.HTTPConnection(server.host, timeout=SOON)) as connection:
        connection.putrequest("POST", "/pictures")
        connection.putheader("Content-Length", str(MOST_BYTES + 1))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.read().decode()) == (413, pictures.TOO_LARGE)


def test_a_file_without_a_length_is_measured_as_it_comes() -> None:
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += BLOCK
        return {"type": "http.request", "body": bytes(BLOCK), "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    answer = asyncio.run(pictures.Pictures().serve(request))
    assert (answer.status_code, bytes(answer.body).decode()) == (413, pictures.TOO_LARGE)
    assert taken == MOST_BYTES + BLOCK


def test_who_leaves_in_the_middle_leaves_a_free_place(server: Server) -> None:
    for _ in range(ON_THE_WAY + 1):
        with socket.create_connection(server.address, SOON) as talking:
            talking.sendall(b"POST /pictures HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    end = time.monotonic() + SOON
    while (status := post(server, picture())[0]) == 503 and time.monotonic() < end:
        pass
    assert status == 200


def test_few_are_opened_at_once_and_few_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun, lock = threading.Event(), [], threading.Lock()

    def held(content: bytes) -> bytes:
        with lock:
            begun.append(content)
        assert go.wait(SOON)
        return content

    monkeypatch.setattr(pictures, "packed", held)
    with ThreadPoolExecutor(ON_THE_WAY + 1) as people:
        asked = [people.submit(post, server, b"%d" % i) for i in range(ON_THE_WAY + 1)]
        first = next(as_completed(asked, SOON)).result()
        assert first[0] == 503
        assert "try again" in first[2].decode()
        assert len(begun) <= pictures.AT_ONCE
        go.set()
        answers = [answer.result(SOON) for answer in asked]
    assert sorted(status for status, _, _ in answers) == [200] * ON_THE_WAY + [503]
    assert all(body == b"%d" % i for i, (status, _, body) in enumerate(answers) if status == 200)
