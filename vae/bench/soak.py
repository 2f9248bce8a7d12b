"""A long run of mixed and hostile use, spread evenly over its time: `python -m vae bench --soak`.

Frames for decoder and encoder, addresses of all pages, files of every kind: most of them as the app's own
pages send them, some as nobody should. Every answer is checked, and the server looked at every half minute.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from vae.bench.benchmark import Figures, memory, one_thread
from vae.bench.crowd import new_loop
from vae.bench.frames import Channel, Originals, Sender
from vae.bench.lesson import warm
from vae.bench.room import settled
from vae.bench.sendings import Post, send_one
from vae.bench.server import ROOT, App, running_app
from vae.bench.student import Notes
from vae.bench.visits import visit
from vae.bench.vitals import SERIES, Vitals
from vae.device import machine
from vae.serving.room import raise_limit

FRAMES, ADDRESSES, FILES = 1_000_000, 10_000, 1_000
MINUTES = 240.0
DECODERS, ENCODERS, VISITORS, SENDERS = 6, 2, 6, 2  # who send frames, open pages and send files at a time
LATE = 60.0  # seconds beyond its time after which a run that is behind leaves out the rest
FORGOTTEN = 170.0  # seconds after which a server has forgotten the sessions of those who left

Work = Callable[[], Awaitable[None]]


def run(
    minutes: float = MINUTES, frames: int = FRAMES, addresses: int = ADDRESSES, files: int = FILES
) -> Figures:
    """One object that fits into JSON.

    - `done`: what was sent and rightly answered, good and bad apart; `compared`: replies that were compared
      with what the model's file says; `steps` of visitors who stayed on a page.
    - `errors`: how many, by kind; `left_out`: what the server was too slow for.
    - `series`: first, median, last and largest of what was noted every half minute (vitals.SERIES), and
      `noted`: all of it. `kept_files` and `kept_mb` are what it keeps of visitors, and temporary files.
    - `memory_slope_mb_per_hour`: over the second half, with its standard error (vitals.slope).
    - `memory_mb_after`: when all have left and been forgotten.

    Raises StartError.
    """
    raise_limit()
    with ExitStack() as meanwhile:
        folder = Path(meanwhile.enter_context(tempfile.TemporaryDirectory(prefix="latent-atlas-soak-")))
        (folder / "temporary").mkdir()
        places = {"LATENT_ATLAS_RUNS": str(folder / "runs"), "TMPDIR": str(folder / "temporary")}
        app = meanwhile.enter_context(running_app(ROOT, environment=places))
        runner = meanwhile.enter_context(asyncio.Runner(loop_factory=new_loop))
        meanwhile.enter_context(one_thread())
        runner.run(warm(app.url))
        settled(app.pid)
        figures = runner.run(soak(app, folder, minutes * 60, frames, addresses, files))
        time.sleep(FORGOTTEN)
        return {
            "machine": machine(),
            "minutes": minutes,
            **figures,
            "memory_mb_after": memory(app.pid),
        }


async def soak(
    app: App, folder: Path, seconds: float, frames: int, addresses: int, files: int, seed: int = 0
) -> Figures:
    """All of it against a server that runs and keeps visitors' files below `folder`."""
    notes, originals = Notes(), Originals()
    chance = random.Random(seed)
    channels: list[Channel] = [*["decode"] * DECODERS, *["encode"] * ENCODERS]  # type: ignore[list-item]
    senders = [
        Sender(app.url, channel, random.Random(chance.random()), notes, originals) for channel in channels
    ]
    post = await asyncio.to_thread(Post, random.Random(chance.random()))
    vitals = Vitals(app.url, app.pid, folder, notes)
    await vitals.note()
    watching = asyncio.create_task(vitals.watch())
    left_out = await asyncio.gather(
        spread([sender.send for sender in senders], frames, seconds),
        spread([lambda: visit(app.url, chance, notes)] * VISITORS, addresses, seconds),
        spread([lambda: send_one(app.url, post, chance, notes)] * SENDERS, files, seconds),
    )
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await vitals.note()
    for sender in senders:
        sender.leave()
    return {
        "done": dict(notes.done),
        "compared": originals.compared,
        "errors": dict(notes.errors),
        "left_out": sum(left_out),
        "series": vitals.summary(),
        "memory_slope_mb_per_hour": vitals.memory_slope(),
        "noted": vitals.noted,
    }


async def spread(workers: Sequence[Work], count: int, seconds: float) -> int:
    """Let the workers, in turn, do `count` pieces of work, evenly; how many were left out in the end.

    What is due is not put off while one worker waits for an answer, and a worker that is late catches up.
    """
    start = time.perf_counter()

    async def work(place: int) -> int:
        for number in range(place, count, len(workers)):
            due = start + number * seconds / count
            now = time.perf_counter()
            if now > start + seconds + LATE:
                return len(range(number, count, len(workers)))
            await asyncio.sleep(max(0.0, due - now))
            await workers[place]()
        return 0

    return sum(await asyncio.gather(*(work(place) for place in range(len(workers)))))


def as_text(figures: Figures) -> str:
    """The figures as tables for people."""
    lines = [f"{figures['minutes']:g} min of mixed and hostile use on {figures['machine']}", ""]
    lines += [f"{name:22}{count:10,}" for name, count in sorted(figures["done"].items())]
    lines += [
        f"{'replies compared':22}{figures['compared']:10,}",
        f"{'left out':22}{figures['left_out']:10,}",
        f"{'errors':22}{sum(figures['errors'].values()):10,}",
        *(f"{count:10,} {kind}" for kind, count in figures["errors"].items()),
        "",
        " " * 24 + "     first    median      last   largest",
    ]
    for name, title in SERIES.items():
        if values := figures["series"][name]:
            said = "".join(f"{values[part]:10,.1f}" for part in ("first", "median", "last", "largest"))
            lines.append(f"{title:24}{said}")
    if trend := figures["memory_slope_mb_per_hour"]:
        lines += ["", "Memory in the second half  {slope:+} ± {standard_error} MB an hour".format(**trend)]
    lines.append(f"Memory when all had left   {figures['memory_mb_after']} MB")
    return "\n".join(lines)
