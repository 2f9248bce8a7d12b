"""The load of a lesson: a class of students on the pages, at once: `python -m vae bench --lesson`.

Every student has what a browser has: the page's files, a Streamlit session, a decode channel, an encode
channel while drawing, and a place in the teacher's room. The students are one process, the server another.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from websockets.exceptions import WebSocketException

from vae.bench.attendance import open_room, taught
from vae.bench.benchmark import BenchmarkError, Figures, memory, percentiles
from vae.bench.crowd import new_loop
from vae.bench.room import settled
from vae.bench.server import ROOT, running_app
from vae.bench.stream import Stream
from vae.bench.student import Student
from vae.device import machine
from vae.serving.room import raise_limit

STUDENTS = (10, 100)
MINUTES = 2.0
FORGOTTEN = 170.0  # seconds after which a server has forgotten the sessions of those who left
HEARING = 5.0  # seconds in which the teacher hears of the last pins
GLANCE = 0.5  # seconds between two looks at the server's memory
WAITS = {  # what is waited for: its name in the table
    "first page": "First page",
    "first map": "... with its modules and codes",
    "panel": "Click to panel",
    "decode": "Decode",
    "encode": "Encode",
    "page": "Another page",
    "come back": "Back after a lock",
    "room pin": "Pin to teacher",
}


def run(
    students: Sequence[int] = STUDENTS, minutes: float = MINUTES, lessons: int = 1, url: str | None = None
) -> Figures:
    """One object that fits into JSON. `lessons` has a row a lesson, in a row for each size of a class.

    - `first_page_ms`, …: p50 and p95 of each of WAITS, from the moment that was planned, so that a server
      that is late is charged with all of it; null where nothing was waited for. The first page is the
      document, the files it names, and a whole run of the script; the teacher has seen it before. A pin's way
      to the teacher begins when it is sent.
    - `clicks` and `answered`: pins, and those whose panel came. `decodes_per_second`: pictures seen. A move
      that a newer one overtook has no picture.
    - `errors`: how many, by kind. `came_back`: locks that ended; `begun_anew`: sessions forgotten by then.
    - `memory_mb`: of the server before, at its largest, and when all have left and been forgotten.
      `cpu_s_per_student_minute`: seconds of its processor time. Both are null with `url`.
    - `load_cpu`: cores that the students took; where it comes near 1, they are what is slow.

    Raises StartError for a server of its own, BenchmarkError for one at `url` that does not answer.
    """
    raise_limit()
    rows: list[Figures] = []
    with measured(url) as server, asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(warm(server.url))
        before = settled(server.pid) if server.pid else None
        for count, number in itertools.product(students, range(lessons)):
            with undisturbed():
                row = runner.run(lesson(server, count, minutes * 60, seed=number))
            if server.pid:
                time.sleep(FORGOTTEN)
                after = memory(server.pid)
                row["memory_mb"] = {"before": before, "full": server.full, "after": after}
                before = after
            rows.append(row)
    return {"machine": machine(), "minutes": minutes, "lessons": rows}


def as_text(figures: Figures) -> str:
    """The figures as tables for people."""
    lines = [f"A lesson of {figures['minutes']:g} min on {figures['machine']}; waits in ms"]
    for row in figures["lessons"]:
        lines += ["", f"{row['students']} students".ljust(34) + "     p50      p95"]
        for name, title in WAITS.items():
            wait = row[key_of(name)] or {"p50": math.nan, "p95": math.nan}
            lines.append(f"{title:34}{wait['p50']:8.1f} {wait['p95']:8.1f}")
        lines += [
            f"Clicks answered   {row['answered']} of {row['clicks']}",
            f"Decodes           {row['decodes_per_second']:.0f} per second",
            f"Begun anew        {row['begun_anew']} of {row['came_back']} who came back",
            f"Students' cores   {row['load_cpu']:.2f}",
            f"Errors            {sum(row['errors'].values())}",
            *(f"  {count:6} {kind}" for kind, count in row["errors"].items()),
        ]
        if row["memory_mb"]:
            said = "{before} MB before, {full} MB at most, {after} MB after".format(**row["memory_mb"])
            lines.append(f"Server's memory   {said}")
        if row["cpu_s_per_student_minute"] is not None:
            lines.append(f"Server's time     {row['cpu_s_per_student_minute']:.2f} s a student-minute")
    return "\n".join(lines)


def key_of(wait: str) -> str:
    return f"{wait.replace(' ', '_')}_ms"


# -- the server ----------------------------------------------------------------------------------------------


@dataclass
class Server:
    """The server that is measured, and what it takes of the machine, where it is a process of ours."""

    url: str
    pid: int | None
    full: float = 0.0  # MB, the most that was seen

    async def watch(self) -> None:
        while self.pid:
            self.full = max(self.full, memory(self.pid) or 0.0)
            await asyncio.sleep(GLANCE)

    def seconds(self) -> float:
        """Processor time so far (proc(5): utime and stime); NaN where the system does not tell."""
        with suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
        return math.nan


@contextmanager
def measured(url: str | None) -> Iterator[Server]:
    """The server at `url`, or one of its own."""
    if url:
        yield Server(url.rstrip("/"), None)
        return
    with running_app(ROOT) as app:
        yield Server(app.url, app.pid)


async def warm(url: str) -> None:
    """What the teacher does before the class comes: open the pages. Raises BenchmarkError."""
    stream = Stream(url, "")
    try:
        await stream.open()
        await stream.go("one_digit")
    except (OSError, ValueError, EOFError, WebSocketException) as error:
        raise BenchmarkError(f"The app at {url} does not answer: {error}.") from error
    finally:
        stream.abort()


# -- the class -----------------------------------------------------------------------------------------------


@contextmanager
def undisturbed() -> Iterator[None]:
    """Meanwhile, what was loaded before is not searched for garbage, which would stop every student."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def lesson(server: Server, count: int, seconds: float, seed: int) -> Figures:
    """One lesson of `count` students; its row of the figures."""
    room, secret = await asyncio.to_thread(open_room, server.url)
    start, used, load = time.perf_counter(), server.seconds(), time.process_time()
    students = [
        Student(server.url, room, random.Random(seed * 100_003 + number), start, seconds)
        for number in range(count)
    ]
    server.full = 0.0
    watching = asyncio.create_task(server.watch())
    async with taught(server.url, room, secret, [student.attendance for student in students]):
        await asyncio.gather(*(student.attend() for student in students))
        end = time.perf_counter() + HEARING
        while any(student.attendance.sent for student in students) and time.perf_counter() < end:
            await asyncio.sleep(GLANCE)
    watching.cancel()
    took, used = time.perf_counter() - start, server.seconds() - used
    return {
        "students": count,
        **seen(students, seconds),
        "memory_mb": None,
        "cpu_s_per_student_minute": None if math.isnan(used) else round(used / count / took * 60, 3),
        "load_cpu": round((time.process_time() - load) / took, 2),
    }


def seen(students: Sequence[Student], seconds: float) -> Figures:
    """What the students saw, together."""
    waits: dict[str, list[float]] = {name: [] for name in WAITS}
    errors: Counter[str] = Counter()
    for student in students:
        for name, values in student.notes.waits.items():
            waits[name] += values
        waits["room pin"] += student.attendance.waits
        errors += student.notes.errors
        errors["room: a pin was not heard"] += len(student.attendance.sent)
    return {
        **{key_of(name): percentiles(values) if values else None for name, values in waits.items()},
        "clicks": sum(student.notes.clicks for student in students),
        "answered": len(waits["panel"]),
        "decodes_per_second": round(len(waits["decode"]) / seconds, 1),
        "came_back": len(waits["come back"]),
        "begun_anew": sum(student.stream.begun_anew for student in students),
        "errors": dict(+errors),
    }
