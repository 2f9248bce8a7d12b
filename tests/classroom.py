"""People in a room: a teacher and students who keep what they hear as the protocol says."""

from __future__ import annotations

import asyncio
import copy
import json
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.serving import Server
from vae.classroom import channel
from vae.classroom.rooms import Rooms

SOON = 20.0  # seconds until a test that hangs fails
Frame = dict[str, Any]


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Opened(NamedTuple):
    """A room that somebody opened over HTTP."""

    host: str
    code: str
    secret: str


@contextmanager
def serving(rooms: Rooms) -> Iterator[Server]:
    with Server(channel.routes(rooms)).running() as server:
        yield server


def open_room(server: Server) -> Opened:
    asked = urllib.request.Request(f"http://{server.host}/rooms", method="POST")
    with urllib.request.urlopen(asked, timeout=SOON) as answer:
        assert answer.status == 201
        told = json.loads(answer.read())
    assert set(told) == {"code", "secret"}
    return Opened(server.host, **told)


def keep(kept: Frame, heard: Frame) -> None:
    """Merge a frame into what was heard before, as the protocol says; neither changes the other later."""
    [(word, told)] = copy.deepcopy(heard).items()
    if word == "state":
        kept.clear()
        kept.update(told)
    elif word == "changes":
        for step, given in told.pop("answers", {}).items():
            kept["answers"].setdefault(step, {}).update(given)
        for name in ("members", "pins", "questions"):
            kept[name].update(told.pop(name, {}))
        kept["pins"] = {name: pin for name, pin in kept["pins"].items() if pin}
        kept.update(told)
    elif word == "room":
        kept.setdefault("room", {}).update(told)
        if not kept["room"]["shown"]:
            kept["pins"] = {}
    elif word == "pins":
        before = {} if told["whole"] else kept["pins"]
        kept["pins"] = {name: pin for name, pin in (before | told["by"]).items() if pin}
    else:
        kept[word] = told


class Person:
    """Somebody with a connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.kept: Frame = {}
        self.raw: list[str] = []  # every frame that came

    @property
    def name(self) -> str:
        return str(self.kept["welcome"]["name"])

    @property
    def token(self) -> str:
        return str(self.kept["welcome"]["token"])

    async def say(self, word: str, content: object = None, **fields: object) -> None:
        told = fields if content is None and (fields or word not in ("pick", "pace")) else content
        await self.connection.send(json.dumps({word: told}))

    async def until(self, holds: Callable[[Frame], object]) -> None:
        """Listen until what was heard is so."""
        while not holds(self.kept):
            raw = await self.connection.recv()
            assert isinstance(raw, str)
            self.raw.append(raw)
            keep(self.kept, json.loads(raw))

    async def closing(self) -> tuple[int, str]:
        """The code and the reason with which the server closes; what comes before is kept."""
        with pytest.raises(ConnectionClosed) as closed:
            await self.until(lambda kept: False)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason


@asynccontextmanager
async def arriving(opened: Opened, hello: object) -> AsyncIterator[Person]:
    async with connect(f"ws://{opened.host}/room/{opened.code}") as connection:
        person = Person(connection)
        await person.say("hello", hello)
        yield person


@asynccontextmanager
async def teacher(opened: Opened) -> AsyncIterator[Person]:
    async with arriving(opened, {"secret": opened.secret}) as person:
        await person.until(lambda kept: "code" in kept)
        yield person


@asynccontextmanager
async def student(opened: Opened, token: str | None = None) -> AsyncIterator[Person]:
    async with arriving(opened, {"token": token}) as person:
        await person.until(lambda kept: "you" in kept and "room" in kept)
        yield person


def meet(meeting: Callable[[], Any]) -> None:
    """Run what happens in a room."""

    async def limited() -> None:
        async with asyncio.timeout(SOON):
            await meeting()

    asyncio.run(limited())
