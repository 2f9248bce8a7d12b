"""A lesson's room: a student's connection to it, and the teacher, who hears of every pin."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vae.bench.stream import PATIENCE, Wrong

Point = tuple[float, ...]


class Attendance:
    """A student's place in a room. Raises Wrong, OSError, WebSocketException, TimeoutError."""

    def __init__(self, url: str, room: str) -> None:
        self._url = _address(url, room)
        self._token: str | None = None
        self._socket: ClientConnection | None = None
        self.name = ""
        self.sent: dict[Point, float] = {}  # pins that the teacher has not heard of, and when they were sent
        self.waits: list[float] = []  # seconds until the teacher heard of the others

    async def open(self) -> None:
        """Come in, or come back."""
        self._socket = await connect(self._url, max_size=None)
        await say(self._socket, "hello", token=self._token)
        async with asyncio.timeout(PATIENCE):
            told = json.loads(await self._socket.recv())
        if "welcome" not in told:
            raise Wrong("no welcome")
        before, self._token = self._token, told["welcome"]["token"]
        self.name = told["welcome"]["name"]
        if before not in (None, self._token):
            raise Wrong("forgotten by the room")

    async def pin(self, model: str, point: Point) -> None:
        """Pin a point; the wait is the room's alone and begins now."""
        assert self._socket is not None, "it is open"
        self.sent[point] = time.perf_counter()
        await say(self._socket, "pin", model=model, z1=point[0], z2=point[1])

    async def hear(self) -> None:
        """Whatever the room says, until the connection ends, which is an error."""
        assert self._socket is not None, "it is open"
        while True:
            await self._socket.recv()

    def abort(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    def heard(self, point: Point) -> None:
        """The teacher has this student's pin there; older ones were overtaken by it and have no wait."""
        if point in self.sent:
            order = list(self.sent)
            self.waits.append(time.perf_counter() - self.sent[point])
            for older in order[: order.index(point) + 1]:
                del self.sent[older]


def open_room(url: str) -> tuple[str, str]:
    """A new room's code and its secret."""
    with urllib.request.urlopen(urllib.request.Request(f"{url}/rooms", method="POST")) as answer:
        room = json.loads(answer.read())
    return room["code"], room["secret"]


@asynccontextmanager
async def taught(url: str, room: str, secret: str, students: Iterable[Attendance]) -> AsyncIterator[None]:
    """The teacher is in the room meanwhile; in the end it is closed."""
    async with connect(_address(url, room), max_size=None) as teacher:
        await say(teacher, "hello", secret=secret)
        listening = asyncio.create_task(_listen(teacher, list(students)))
        yield
        with suppress(ConnectionClosed):
            await say(teacher, "end")
        await listening


async def _listen(teacher: ClientConnection, students: list[Attendance]) -> None:
    with suppress(ConnectionClosed):
        while True:
            [told] = json.loads(await teacher.recv()).values()
            pins: dict[str, Any] = told.get("pins", {})
            for student in students:
                if pin := pins.get(student.name):
                    student.heard((pin["z1"], pin["z2"]))


async def say(connection: ClientConnection, word: str, **content: object) -> None:
    await connection.send(json.dumps({word: content}))


def _address(url: str, room: str) -> str:
    return f"ws{url.removeprefix('http')}/room/{room}"
