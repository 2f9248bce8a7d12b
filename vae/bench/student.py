"""A student in a lesson, and what the student's browser and room connection do with the server.

A student comes, points in bursts, clicks every few seconds, leaves the map to draw a digit on another page,
and locks the telephone for a while. All that is planned beforehand, and a wait lasts from the moment planned:
a server that is late makes the next wait longer, not the load smaller.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import struct
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import parse_qs

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from vae.bench.attendance import Attendance
from vae.bench.crowd import wander
from vae.bench.files import Fetching
from vae.bench.stream import PATIENCE, Stream, Wrong
from vae.config import PIXELS

ARRIVING = 30.0  # seconds in which a class opens the page, at most a fifth of the lesson
RATE, BURST, PAUSE = 20.0, 3.0, (2.0, 6.0)  # moves a second, seconds of pointing, seconds until the next
CLICKS = (3.0, 8.0)  # seconds between two clicks
A_PAGE, A_LOCK = 45.0, 120.0  # seconds a student stays on a page, and between two locks of a telephone
LOCKED = (5.0, 15.0)  # seconds, at most a tenth of the lesson
STROKES, STROKE_RATE = 10, 5.0  # images encoded on a visit to the page of one digit, and a second
AGAIN = 2.0  # seconds until a browser that was cut off tries again
BOX = 3.0  # half the side of the part of the plane where a student points
PLANE = "latent_map_plane"  # the key of the map
MODEL = "vae"


class Event(NamedTuple):
    at: float  # seconds after the lesson began
    kind: Literal["click", "page", "lock"]
    lasts: float = 0.0  # seconds that the telephone is locked


class Plan(NamedTuple):
    comes: float  # seconds after the lesson began
    events: list[Event]


class Interrupted(Exception):
    """This visit is over: an error that was counted, a locked telephone, or the end of the lesson."""


@dataclass
class Notes:
    """What a student saw."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # seconds, by what for
    errors: Counter[str] = field(default_factory=Counter)  # by kind
    done: Counter[str] = field(default_factory=Counter)  # what went well, by kind
    clicks: int = 0

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Count what goes wrong. Raises Interrupted then."""
        try:
            yield
        except (OSError, EOFError, ValueError, WebSocketException) as error:
            self.errors[f"{what}: {kind_of(error)}"] += 1
            raise Interrupted from error


def kind_of(error: Exception) -> str:
    """An error in few words, the same ones for all that are of a kind."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionClosed):
        return f"closed with {error.rcvd.code if error.rcvd else 1006}"
    if isinstance(error, InvalidStatus):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, Wrong):
        return str(error)
    return "a wrong answer" if isinstance(error, ValueError) else type(error).__name__


def plan(chance: random.Random, seconds: float) -> Plan:
    """What one student is to do in a lesson of so many seconds."""
    comes = chance.uniform(0, min(ARRIVING, seconds / 5))
    events, at = [], comes
    while (at := at + chance.uniform(*CLICKS)) < seconds:
        events.append(Event(at, "click"))
    for kind, every in (("page", A_PAGE), ("lock", A_LOCK)):
        for _ in range(max(1, round((seconds - comes) / every))):
            lasts = min(chance.uniform(*LOCKED), seconds / 10) if kind == "lock" else 0.0
            events.append(Event(chance.uniform(comes, seconds), kind, lasts))  # type: ignore[arg-type]
    return Plan(comes, sorted(events))


class Student:
    """One student, who does what is planned between `start` and `end`, of the clock time.perf_counter."""

    def __init__(self, url: str, room: str, chance: random.Random, start: float, seconds: float) -> None:
        self.notes = Notes()
        self.stream = Stream(url, f"room={room}")
        self.attendance = Attendance(url, room)
        self._url, self._chance = url, chance
        self._start, self._end = start, start + seconds
        self._panel: ClientConnection | None = None  # the channel of the panel beside the map
        self._pin: tuple[float, ...] | None = None  # that the page has not heard of
        self._comes, events = plan(chance, seconds)
        self._events = deque(events)
        self._cookie = ""
        self._begun = False  # whether the first page was there

    async def attend(self) -> None:
        """All of it, whatever goes wrong."""
        due = self._start + self._comes
        while due < self._end:
            await _until(due)
            try:
                await self._visit(due)
            except* Interrupted:
                pass
            due = max(self._unlocked(), time.perf_counter() + AGAIN)

    def _unlocked(self) -> float:
        """When the telephone is taken up again; what was planned until then is left out."""
        now = time.perf_counter()
        while self._events and self._start + self._events[0].at < now:
            event = self._events.popleft()
            if event.kind == "lock":
                now = max(now, self._start + event.at + event.lasts)
        return now

    async def _visit(self, due: float) -> None:
        """Come, or come back, and stay until something ends it. Raises a group of Interrupted."""
        fetching = Fetching(self._url, self._cookie)
        try:
            async with asyncio.TaskGroup() as group:
                with self.notes.doing("page"):
                    if not self._begun:
                        await fetching.page()
                    await fetching.greet()
                    self._cookie = fetching.cookie
                    run = await self.stream.open(self._cookie)
                self.notes.waits["come back" if self._begun else "first page"].append(_since(due))
                with self.notes.doing("room"):
                    await self.attendance.open()
                if not self._begun:
                    with self.notes.doing("file"):
                        await fetching.modules(run.components)
                        await fetching.get(f"latents/{MODEL}")
                    self.notes.waits["first map"].append(_since(due))
                self._begun = True
                with self.notes.doing("panel"):
                    self._panel = await self._connect("panel")
                group.create_task(self._hear())
                group.create_task(self._point())
                group.create_task(self._press())
        finally:
            fetching.close()
            self.stream.abort()
            self.attendance.abort()
            if self._panel is not None:
                self._panel.transport.abort()
                self._panel = None

    async def _hear(self) -> None:
        with self.notes.doing("room"):
            await self.attendance.hear()

    async def _point(self) -> None:
        """Bursts of moves on the decode channel."""
        with self.notes.doing("decode"):
            connection = await self._connect("decode")
            try:
                while True:
                    await asyncio.sleep(self._chance.uniform(*PAUSE))
                    async with asyncio.timeout(BURST + PATIENCE):
                        await wander(connection, RATE, BURST, self.notes.waits["decode"])
            finally:
                connection.transport.abort()

    async def _press(self) -> None:
        """What is planned, in order. Raises Interrupted when the telephone is locked and in the end."""
        while self._events:
            event = self._events[0]
            due = self._start + event.at
            await _until(due)
            if event.kind == "lock":  # and is still there to tell for how long
                await self._leave_map()
                raise Interrupted
            self._events.popleft()
            if event.kind == "click":
                await self._click(due)
            else:
                await self._look_elsewhere(due)
        await _until(self._end)
        raise Interrupted

    async def _click(self, due: float) -> None:
        """Pin a point, in the room and on the map, and see the panel tell of it."""
        point = tuple(round(self._chance.uniform(-BOX, BOX), 4) for _ in range(2))
        self.notes.clicks += 1
        with self.notes.doing("room"):
            await self.attendance.pin(MODEL, point)
        with self.notes.doing("panel"):
            assert self._panel is not None, "it was opened with the page"
            await self._panel.send(struct.pack("<Iff", self.notes.clicks, *point))
            async with asyncio.timeout(PATIENCE):
                check_panel(await self._panel.recv(), self.notes.clicks, point)
        self._pin = point
        self.notes.waits["panel"].append(_since(due))

    async def _leave_map(self) -> None:
        """The hand turns to something else: the page hears of the pin."""
        if self._pin is None:
            return
        pin, self._pin = self._pin, None
        with self.notes.doing("pin told"):
            await self.stream.tell(PLANE, "pin", {"pin": pin})
            check_address(self.stream.query, pin)

    async def _look_elsewhere(self, due: float) -> None:
        """To the page of one digit, draw there, and back to the map."""
        await self._leave_map()
        with self.notes.doing("page"):
            await self.stream.go("one_digit")
        self.notes.waits["page"].append(_since(due))
        with self.notes.doing("encode"):
            await self._draw()
        due = time.perf_counter()
        with self.notes.doing("page"):
            await self.stream.go("")
        self.notes.waits["page"].append(_since(due))

    async def _draw(self) -> None:
        """Encode one image after the other, as a stroke grows. Raises ValueError for a wrong reply."""
        connection = await self._connect("encode")
        try:
            start = time.perf_counter()
            for number in range(STROKES):
                due = start + number / STROKE_RATE
                await _until(due)
                await connection.send(struct.pack("<I", number) + self._chance.randbytes(PIXELS))
                async with asyncio.timeout(PATIENCE):
                    reply = await connection.recv()
                if len(reply) != 4 + 16 + PIXELS or reply[:4] != struct.pack("<I", number):
                    raise ValueError(f"a reply of {len(reply)} bytes that does not answer image {number}")
                self.notes.waits["encode"].append(_since(due))
        finally:
            connection.transport.abort()

    async def _connect(self, channel: str) -> ClientConnection:
        url = f"ws{self._url.removeprefix('http')}/{channel}/{MODEL}"
        return await connect(url, origin=self._url)  # type: ignore[arg-type]


def check_panel(reply: bytes | str, number: int, point: tuple[float, ...]) -> None:
    """Raises Wrong if a panel answers another request, or tells of another point."""
    if not isinstance(reply, bytes) or reply[:4] != struct.pack("<I", number):
        raise Wrong("the panel answers another request")
    if f"<b>{math.hypot(*point):.2f}</b>" not in json.loads(reply[4:])["facts"]:
        raise Wrong("the panel is another point's")


def check_address(query: str, point: tuple[float, ...]) -> None:
    """Raises Wrong if an address tells of another point than the one that was pinned."""
    told = parse_qs(query)
    if tuple(float(told.get(name, ["0"])[0]) for name in ("z1", "z2")) != point:
        raise Wrong("the address is another point's")


def _since(due: float) -> float:
    return time.perf_counter() - due


async def _until(due: float) -> None:
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
