"""One connection in a room: what comes, and what goes, and how often."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from vae.classroom import views
from vae.classroom.allowance import Allowance
from vae.classroom.members import Member, Notice, ended
from vae.classroom.messages import (
    FIRST,
    FORBIDDEN,
    REPLACED,
    SILENT,
    STUDENT,
    TEACHER,
    TOO_MUCH,
    Hello,
    read,
)
from vae.classroom.room import Room
from vae.classroom.rooms import A_DAY, Rooms, place_of
from vae.serving.connection import (
    NOT_UNDERSTOOD,
    TRY_LATER,
    Refusal,
    host_of,
    tell,
    until_one_ends,
)

HELLO = 10.0  # seconds for the first frame
PAUSE = 0.1  # seconds between two times that a connection is told what is new
TURN = 1.0  # seconds between the moments at which all are told what is not urgent
IN_VAIN = 40  # frames in a row that are dropped before the connection is closed
TEACHER_RATE, TEACHER_BURST = 20.0, 100  # frames of one connection of the teacher's
MOST_DESKS = 8  # connections of a teacher's
MOST_SAID = 16  # frames for all students that a room keeps, for those who have heard as much as others


class Visit(ABC):
    """A connection in a room. What it says is obeyed, at a limited rate; what is new it hears as it reads."""

    def __init__(self, websocket: WebSocket, room: Room, allowance: Allowance) -> None:
        self.room = room
        self.seen = 0
        self._websocket = websocket
        self._allowance = allowance
        self._news, self._urgent = asyncio.Event(), asyncio.Event()

    @abstractmethod
    def do(self, frame: str) -> None:
        """Obey a frame. Raises Refusal."""

    @abstractmethod
    def news(self) -> Iterable[str]:
        """What is new since `seen`. Raises Parting or Refusal where there is nothing to stay for."""

    def hear(self, notice: Notice) -> None:
        self._news.set()
        if notice == "now":
            self._urgent.set()

    async def serve(self) -> None:
        """Until one of the two leaves. Raises Refusal, or WebSocketDisconnect."""
        self.hear("now")
        await until_one_ends(self._listen(), self._tell())

    async def _listen(self) -> None:
        while True:
            frame = await text_of(self._websocket)
            if self._allowance.take():
                self.do(frame)
            elif self._allowance.refused > IN_VAIN:
                raise Refusal(
                    TOO_MUCH, "Too many messages came from here at once; wait a moment and come back."
                )

    async def _tell(self) -> None:
        """Never more than the newest: what changes while a slow client reads is told in one."""
        while True:
            await self._news.wait()
            self._news.clear()
            self._urgent.clear()
            if self.room.ended:
                raise ended(self.room.ended)
            frames = self.news()
            self.seen = self.room.version
            for frame in frames:
                await tell(self._websocket.send_text(frame))
            await asyncio.sleep(PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_turn()):
                    await self._urgent.wait()


class TeacherVisit(Visit):
    def do(self, frame: str) -> None:
        self.room.obey(read(frame, TEACHER))

    def news(self) -> Iterable[str]:
        return [*map(written, views.to_teacher(self.room, self.seen))]


class StudentVisit(Visit):
    def __init__(self, websocket: WebSocket, room: Room, member: Member) -> None:
        super().__init__(websocket, room, member.allowance)
        self.member = member
        self._own = asyncio.Event()

    def hear(self, notice: Notice) -> None:
        if notice == "yours":
            self._own.set()
        else:
            super().hear(notice)

    def do(self, frame: str) -> None:
        self.room.hear(self.member, read(frame, STUDENT))
        self.room.check(self.member)

    def news(self) -> Iterable[str]:
        self.room.check(self.member)
        if self.member.seat is not self:
            raise Refusal(REPLACED, "Your place in this room is open in another window.")
        said = self.room.said.get(self.seen)
        if said is None:
            said = [*map(written, views.to_students(self.room, self.seen))]
            if len(self.room.said) < MOST_SAID:
                self.room.said[self.seen] = said
        return said

    async def serve(self) -> None:
        welcome = {"name": self.member.name, "token": self.member.token}
        await say(self._websocket, {"welcome": welcome})
        self.hear("now")
        await until_one_ends(self._listen(), self._tell(), self._tell_alone())

    async def _tell_alone(self) -> None:
        """What is this student's own is told by itself, so that all have heard as much of the rest."""
        while True:
            await say(self._websocket, views.to_member(self.member))
            await asyncio.sleep(PAUSE)
            await self._own.wait()
            self._own.clear()


async def say(websocket: WebSocket, frame: views.Frame) -> None:
    """Send a frame. Raises WebSocketDisconnect."""
    await tell(websocket.send_text(written(frame)))


def written(frame: views.Frame) -> str:
    """A frame as it is sent."""
    return json.dumps(frame, separators=(",", ":"), allow_nan=False)


def next_turn() -> float:
    """By the event loop's clock: the same for all, so that what they hear alike is written once."""
    return (asyncio.get_running_loop().time() // TURN + 1) * TURN


async def text_of(websocket: WebSocket) -> str:
    """The next frame. Raises Refusal if it is not text, or WebSocketDisconnect."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text: str | None = message.get("text")
    if text is None:
        raise Refusal(NOT_UNDERSTOOD, "A room understands text only.")
    return text


async def say_hello(websocket: WebSocket) -> Hello:
    """The first frame. Raises Refusal if it does not come in time or is another."""
    try:
        async with asyncio.timeout(HELLO):
            return read(await text_of(websocket), FIRST)
    except TimeoutError as error:
        raise Refusal(SILENT, f"A connection says hello within {HELLO:g} seconds.") from error


async def visit(websocket: WebSocket, rooms: Rooms) -> None:
    """Let somebody into a room until they leave. Raises Refusal, or WebSocketDisconnect."""
    hello = await say_hello(websocket)
    address = place_of(host_of(websocket))
    room = rooms.find(websocket.path_params["code"], address, hello.secret or hello.token)
    member: Member | None = None
    visitor: Visit
    if hello.secret is None:
        member = room.join(hello.token)
        visitor = StudentVisit(websocket, room, member)
    elif not room.is_teacher(hello.secret):
        raise Refusal(FORBIDDEN, "This is not the secret of this room.")
    elif len(room.desk) >= MOST_DESKS:
        raise Refusal(TRY_LATER, f"A room is led from at most {MOST_DESKS} windows; close one of them.")
    else:
        visitor = TeacherVisit(websocket, room, Allowance(TEACHER_RATE, TEACHER_BURST, rooms.clock))
    room.enter(visitor, address, member)
    ending = asyncio.get_running_loop().call_later(room.opened + A_DAY - rooms.clock() + 1, rooms.sweep)
    try:
        await visitor.serve()
    finally:
        ending.cancel()
        room.leave(visitor, address, member)
        rooms.sweep()
