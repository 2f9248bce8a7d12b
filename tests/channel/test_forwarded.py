"""What one process passes on to another, over real sockets: it is as if the other had been asked itself."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.channel.talking import SOON, assert_pictures_come, closing, talk
from tests.channel.test_http import get
from tests.classroom import meet, open_room, student, teacher
from tests.serving import Server
from vae.classroom import channel as classroom
from vae.classroom.rooms import Rooms
from vae.serving import channel
from vae.serving.channel import same_host
from vae.serving.connection import BAD_DATA, FOREIGN, UNKNOWN, host_of
from vae.serving.decoding import DecoderService
from vae.serving.forwarding import AWAY, RESTARTS, AddressError, Forwarder
from vae.serving.intake import TooLarge, parts

MOST = 2**20  # bytes that /bytes takes


def who(request: Request) -> Response:
    """What of a request arrives."""
    asked = {"name": request.path_params["name"], "x": request.query_params["x"]}
    return JSONResponse({**asked, "from": host_of(request), **request.headers})


async def count(request: Request) -> Response:
    try:
        return PlainTextResponse(str(sum([len(part) async for part in parts(request, MOST)])))
    except TooLarge:
        return PlainTextResponse("too large", 413)


async def deaf(websocket: WebSocket) -> None:
    """Says one thing, and waits for what never comes."""
    await websocket.accept()
    await websocket.send_text("I am here")
    await websocket.receive()


PROBES = [Route("/who/{name}", who), Route("/bytes", count, methods=["POST"]), WebSocketRoute("/deaf", deaf)]


class Front(Server):
    """Passes all these routes on to `host`."""

    def __init__(self, host: str, routes: list[BaseRoute]) -> None:
        self._forwarder = Forwarder(f"http://{host}", same_host)
        super().__init__(self._forwarder.in_place_of(routes))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._forwarder.close()


@pytest.fixture(scope="module")
def table(service: DecoderService) -> list[BaseRoute]:
    return [*channel.routes(lambda: service), *classroom.routes(Rooms()), *PROBES]


@pytest.fixture(scope="module")
def behind(table: list[BaseRoute]) -> Iterator[Server]:
    with Server(table).running() as server:
        yield server


@pytest.fixture(scope="module")
def front(behind: Server, table: list[BaseRoute]) -> Iterator[Server]:
    with Front(behind.host, table).running() as front:
        yield front


@pytest.fixture
def lonely(table: list[BaseRoute]) -> Iterator[Server]:
    """A server that passes on to nobody."""
    with Server([]).running() as gone:
        host = gone.host
    with Front(host, table).running() as front:
        yield front


def test_pictures_come_back_byte_for_byte_and_the_close_is_the_others(
    front: Server, service: DecoderService
) -> None:
    async def ask(connection: ClientConnection) -> None:
        await assert_pictures_come(connection, service, "beta")
        await connection.send("status")
        assert '"checkpoint":"beta"' in str(await connection.recv())
        await connection.send(b"no request")
        code, reason = await closing(connection)
        assert (code, "8n bytes" in reason) == (BAD_DATA, True)

    talk(front, ask, "beta")


def test_a_name_that_is_not_there_is_the_others_to_refuse(front: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert (code, "'no pe'" in reason) == (UNKNOWN, True)

    talk(front, hear, "no%20pe")


def test_a_foreign_page_is_told_so_here(front: Server) -> None:
    async def hear(connection: ClientConnection) -> None:
        code, reason = await closing(connection)
        assert (code, "evil.example" in reason) == (FOREIGN, True)

    talk(front, hear, Origin="https://evil.example")


def test_answers_keep_their_tags_and_their_compression(front: Server, behind: Server) -> None:
    for asked in ({}, {"Accept-Encoding": "gzip"}):
        (status, headers, body), direct = (
            get(front, "/latents/vae", **asked),
            get(behind, "/latents/vae", **asked),
        )
        assert (status, body) == (direct[0], direct[2])
        for name in ("etag", "content-encoding", "content-type", "content-length", "cache-control", "vary"):
            assert headers.get(name) == direct[1].get(name)
    assert get(front, "/latents/vae", **{"If-None-Match": headers["etag"]})[0] == 304
    assert get(front, "/latents/nope")[0] == 404


def test_the_other_hears_for_whom_it_is_asked_and_nothing_that_is_the_browsers_alone(front: Server) -> None:
    sent = {"X-Forwarded-For": "203.0.113.9", "Cookie": "secret=1", "Origin": f"http://{front.host}"}
    _, _, body = get(front, "/who/a%20%3F?x=%26", **sent)
    told = json.loads(body)
    assert (told["name"], told["x"], told["from"]) == ("a ?", "&", "203.0.113.9")
    assert not {"cookie", "origin"} & set(told)


def test_a_body_is_passed_on_piece_by_piece_and_refused_as_soon_as_it_is_too_large(front: Server) -> None:
    for size, wanted in ((300_000, 200), (MOST + 1, 413)):
        asked = urllib.request.Request(f"http://{front.host}/bytes", data=bytes(size))
        try:
            with urllib.request.urlopen(asked, timeout=SOON) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, body = error.code, error.read()
        assert (status, body) == (wanted, str(size).encode() if wanted == 200 else b"too large")


def test_a_room_is_one_whichever_process_people_come_through(
    front: Server, behind: Server, table: list[BaseRoute]
) -> None:
    opened = open_room(front)

    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened._replace(host=other.host)) as one:
            await one.say("pin", model="vae", z1=1, z2=2)
            await leading.until(lambda kept: kept["pins"])
            assert leading.kept["pins"][one.name]["z2"] == 2

    with Front(behind.host, table).running() as other:
        meet(lesson)


def test_who_leaves_here_leaves_there(front: Server, behind: Server) -> None:
    async def come_and_go() -> None:
        async with connect(f"ws://{front.host}/deaf") as connection:
            assert await connection.recv() == "I am here"
        end = time.monotonic() + SOON
        while len(behind.connections):
            assert time.monotonic() < end
            await asyncio.sleep(0.01)

    asyncio.run(come_and_go())


def test_when_the_other_is_away_that_is_said_at_once(lonely: Server) -> None:
    status, headers, body = get(lonely, "/latents/vae")
    assert (status, body.decode(), headers["retry-after"]) == (503, AWAY, "2")

    async def knock() -> None:
        with pytest.raises(InvalidStatus, match="503"):
            await connect(f"ws://{lonely.host}/decode/vae")

    asyncio.run(knock())


def test_when_the_other_ends_in_the_middle_everybody_may_come_back(table: list[BaseRoute]) -> None:
    with Server(table).running() as behind, Front(behind.host, table).running() as front:

        async def listen() -> None:
            async with connect(f"ws://{front.host}/deaf") as connection:
                assert await connection.recv() == "I am here"
                for each in tuple(behind.connections._sockets):  # as if its machine had lost its power
                    each.loop.call_soon_threadsafe(each.transport.abort)
                with pytest.raises(ConnectionClosed) as closed:
                    await connection.recv()
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (RESTARTS, AWAY)

        asyncio.run(listen())


@pytest.mark.parametrize("address", ["localhost:8600", "http://", "ftp://host", "http://host/path", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match="such as http://localhost:8600"):
        Forwarder(address, same_host)
