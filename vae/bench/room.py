"""A class in one room, over real sockets: the load of `python -m vae bench --room`.

The server is the app in a process of its own. Every student moves a pin once a second; a wait lasts from then
until the teacher has heard of it. After each round everybody goes, and comes back with the token.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from vae.bench.attendance import open_room, say
from vae.bench.benchmark import Figures, memory, percentiles
from vae.bench.crowd import CONNECTING_AT_ONCE, new_loop
from vae.bench.server import ROOT, App, running_app

STUDENTS = 300
ROUNDS = 3
SECONDS = 10.0  # of each round
EVERY = 1.0  # seconds between two pins of a student
PATIENCE = 30.0  # seconds in which the teacher must have heard of the last ones
QUIET, LONGEST = 20.0, 180.0  # seconds in which the server's memory stays the same, and until it does
SCALE = 100.0  # pins are numbered, and a number is told by a coordinate


def run(students: int = STUDENTS, rounds: int = ROUNDS, seconds: float = SECONDS) -> Figures:
    """One object that fits into JSON. `rounds` has a row a round, and one more with all pins shown to all.

    - `pins_per_second`, as they were sent; `pin_ms`, p50 and p95 of the waits. A pin that a newer one
      overtook on its way has none.
    - `lost`: students who were cut off, came back as somebody else, or are elsewhere on the teacher's map.
    - `memory_mb`, of the server after the round.

    Raises StartError.
    """
    with running_app(ROOT) as app, asyncio.Runner(loop_factory=new_loop) as runner:
        before = settled(app.pid)
        rows = runner.run(_rounds(app, students, rounds, seconds))
    return {"students": students, "memory_mb_before": before, "rounds": rows}


def as_text(figures: Figures) -> str:
    """The figures as a table for people."""
    lines = [
        f"A room of {figures['students']} students, a pin a second each",
        f"The server's memory before  {figures['memory_mb_before']} MB",
        "round  pins shown   pins/s   p50 ms   p95 ms   lost  memory MB",
    ]
    for number, row in enumerate(figures["rounds"], 1):
        shown = "to all" if row["shown"] else "to one"
        lines.append(
            f"{number:5} {shown:>11} {row['pins_per_second']:8.0f} {row['pin_ms']['p50']:8.1f} "
            f"{row['pin_ms']['p95']:8.1f} {row['lost']:6}  {row['memory_mb']:9}"
        )
    return "\n".join(lines)


def settled(pid: int) -> float | None:
    """The server's memory in MB, once it has looked up in the background what pages need later."""
    end = time.monotonic() + LONGEST
    before, now = -1.0, memory(pid)
    while now is not None and abs(now - before) > 1 and time.monotonic() < end:
        time.sleep(QUIET)
        before, now = now, memory(pid)
    return now


@dataclass
class Student:
    """One student's browser."""

    token: str | None = None
    name: str = ""
    pin: int = 0  # the number of the newest
    sent: dict[int, float] = field(default_factory=dict)  # when, of those that the teacher has not heard of

    async def attend(self, url: str, gate: asyncio.Semaphore, seconds: float) -> bool:
        """Come, pin, stay until the last pin has been heard, and go; whether all went well."""
        with suppress(OSError, WebSocketException, TimeoutError):
            async with gate:
                connection = await connect(url, compression=None, max_size=None)
            async with connection:
                await say(connection, "hello", token=self.token)
                welcome = json.loads(await connection.recv())["welcome"]
                known = self.token in (None, welcome["token"])
                self.name, self.token = welcome["name"], welcome["token"]
                reading = asyncio.create_task(_read_all(connection))
                await self._move(connection, seconds)
                async with asyncio.timeout(PATIENCE):
                    while self.pin in self.sent:
                        await asyncio.sleep(EVERY / 10)
            await reading
            return known
        return False

    async def _move(self, connection: ClientConnection, seconds: float) -> None:
        await asyncio.sleep(random.random() * EVERY)  # a class does not move in step
        for _ in range(round(seconds / EVERY)):
            self.pin += 1
            self.sent[self.pin] = time.perf_counter()
            await say(connection, "pin", model="vae", z1=self.pin / SCALE, z2=0)
            await asyncio.sleep(EVERY)


async def _rounds(app: App, students: int, rounds: int, seconds: float) -> list[Figures]:
    code, secret = open_room(app.url)
    url = f"ws://{app.host}/room/{code}"
    members = [Student() for _ in range(students)]
    rows: list[Figures] = []
    async with connect(url, compression=None, max_size=None) as teacher:
        await say(teacher, "hello", secret=secret)
        waits: list[float] = []
        listening = asyncio.create_task(_listen(teacher, members, waits))
        for number in range(rounds + 1):
            waits.clear()
            shown = number == rounds
            await say(teacher, "reveal" if shown else "hide", pins=True)
            gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
            well = await asyncio.gather(*(member.attend(url, gate, seconds) for member in members))
            rows.append(
                {
                    "shown": shown,
                    "pins_per_second": round(students / EVERY, 1),
                    "pin_ms": percentiles(waits or [np.nan]),
                    "lost": well.count(False),
                    "memory_mb": memory(app.pid),
                }
            )
    await listening
    return rows


async def _listen(teacher: ClientConnection, members: list[Student], waits: list[float]) -> None:
    """What the teacher hears of pins, until the room is left."""
    with suppress(ConnectionClosed):
        while True:
            [(_, told)] = json.loads(await teacher.recv()).items()
            now = time.perf_counter()
            pins: dict[str, Any] = told.get("pins", {})
            for member in members:
                pin = pins.get(member.name)
                number = round(pin["z1"] * SCALE) if pin else 0
                if number in member.sent:
                    waits.append(now - member.sent[number])
                    member.sent = {later: at for later, at in member.sent.items() if later > number}


async def _read_all(connection: ClientConnection) -> None:
    async for _ in connection:
        pass
