"""How a server is, noted now and then: what it takes of the machine, and what that tends to."""

from __future__ import annotations

import asyncio
import json
import math
import os
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from vae.bench.benchmark import Figures, memory, percentiles
from vae.bench.student import Interrupted, Notes

EVERY = 30.0  # seconds between two notes
SERIES = {  # what is noted: its name in the table
    "memory_mb": "Memory, MB",
    "descriptors": "Open descriptors",
    "threads": "Threads",
    "sessions": "Sessions",
    "connections": "Connections",
    "kept_files": "Files kept of visitors",
    "kept_mb": "... and their MB",
    "decode_p50_ms": "Decode p50, ms",
    "decode_p95_ms": "Decode p95, ms",
}


class Vitals:
    """Notes on the server `pid` at `url`, which keeps below `folder` what visitors bring."""

    def __init__(self, url: str, pid: int, folder: Path, notes: Notes) -> None:
        self._url, self._pid, self._folder, self._notes = url, pid, folder, notes
        self._start = time.perf_counter()
        self.noted: list[dict[str, float | None]] = []

    async def watch(self) -> None:
        """A note every half minute, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            await self.note()

    async def note(self) -> None:
        """How it is now; decode waits are those since the last note, which are then forgotten."""
        waits = self._notes.waits.pop("decode", [])
        decode = percentiles(waits) if waits else {"p50": None, "p95": None}
        health: Figures = {}
        with suppress(Interrupted), self._notes.doing("health"):
            health = json.loads(await asyncio.to_thread(fetched, f"{self._url}/healthz"))
        files = await asyncio.to_thread(sizes, self._folder)
        self.noted.append(
            {
                "minute": round((time.perf_counter() - self._start) / 60, 2),
                "memory_mb": memory(self._pid),
                "descriptors": entries(self._pid, "fd"),
                "threads": entries(self._pid, "task"),
                "sessions": health["sessions"]["open"] if health else None,
                "connections": health["connections"]["open"] if health else None,
                "kept_files": len(files),
                "kept_mb": round(sum(files) / 2**20, 1),
                "decode_p50_ms": decode["p50"],
                "decode_p95_ms": decode["p95"],
            }
        )

    def summary(self) -> Figures:
        """First, median, last and largest of each series; null where nothing was noted of it."""
        found: Figures = {}
        for name in SERIES:
            values = [row[name] for row in self.noted if row[name] is not None]
            found[name] = values and {
                "first": values[0],
                "median": float(np.median(np.array(values, np.float64))),
                "last": values[-1],
                "largest": max(values, key=float),  # type: ignore[arg-type]
            }
        return {name: values or None for name, values in found.items()}

    def memory_slope(self) -> dict[str, float] | None:
        """MB an hour over the second half of the notes; see `slope`."""
        half = [row for row in self.noted[len(self.noted) // 2 :] if row["memory_mb"] is not None]
        return slope([row["minute"] / 60 for row in half], [row["memory_mb"] for row in half])  # type: ignore[operator,misc]


def slope(x: Sequence[float], y: Sequence[float]) -> dict[str, float] | None:
    """Of the straight line of least squares, with its standard error; None for fewer than three points.

    The standard error takes the points' distances from the line for independent; where memory goes up and
    down for minutes they are not, and it is too small.
    """
    if len(x) < 3:
        return None
    away = np.asarray(x, np.float64) - np.mean(x)
    spread = (away**2).sum()
    found = float(away @ y / spread)
    rest = np.asarray(y, np.float64) - np.mean(y) - found * away
    error = math.sqrt((rest**2).sum() / (len(x) - 2) / spread)
    return {"slope": round(found, 2), "standard_error": round(error, 2)}


def entries(pid: int, folder: str) -> int | None:
    """How many there are in this folder of /proc/PID; None where the system has no such thing."""
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/{folder}"))
    return None


def sizes(folder: Path) -> list[int]:
    """Bytes of each file below it, but for those that go meanwhile."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                found.append(path.stat().st_size)
    return found


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=EVERY) as answer:
        content: bytes = answer.read()
        return content
