"""Many decode channels at once, as a class of students would open them: the load of `python -m vae bench`.

Each client moves its pointer a fixed number of times a second and behaves like the page: one request in
flight, the newest move wins. The clients live in a process of their own, so that they do not share an
interpreter with the server they measure.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from vae.config import PIXELS

ROOT = Path(__file__).resolve().parents[2]
CONNECTING_AT_ONCE = 20  # clients; a class does not open its browsers in the same millisecond
PATIENCE = 30.0  # seconds a client waits for replies beyond the time it was to run


@dataclass
class Tally:
    """What one client saw."""

    waits: list[float] = field(default_factory=list)  # seconds from a pointer move to its picture
    errors: list[str] = field(default_factory=list)


def run_crowd(url: str, clients: int, rate: float, seconds: float) -> list[Tally]:
    """Let `clients` move their pointers `rate` times a second each for `seconds`; one tally per client."""
    command = [sys.executable, "-m", "vae.bench.crowd", url, str(clients), str(rate), str(seconds)]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return [Tally(**tally) for tally in json.loads(told)]


def main(url: str, clients: str, rate: str, seconds: str) -> None:
    """What the crowd's own process does: print its tallies as JSON."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        tallies = runner.run(_crowd(url, int(clients), float(rate), float(seconds)))
    print(json.dumps([asdict(tally) for tally in tallies]))


def new_loop() -> asyncio.AbstractEventLoop:
    """The fast loop where there is one: the load should not be what limits the server."""
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _crowd(url: str, clients: int, rate: float, seconds: float) -> list[Tally]:
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
    opened = await asyncio.gather(*(_open(url, gate) for _ in range(clients)), return_exceptions=True)
    return await asyncio.gather(*(_client(connection, rate, seconds) for connection in opened))


async def _open(url: str, gate: asyncio.Semaphore) -> ClientConnection:
    async with gate:
        return await connect(url, compression=None)


async def _client(connection: ClientConnection | BaseException, rate: float, seconds: float) -> Tally:
    tally = Tally()
    if isinstance(connection, BaseException):
        tally.errors.append(repr(connection))
        return tally
    await asyncio.sleep(random.random() / rate)  # pointers do not move in step
    try:
        async with asyncio.timeout(seconds + PATIENCE), connection:
            await wander(connection, rate, seconds, tally.waits)
    except (OSError, WebSocketException, ValueError) as error:
        tally.errors.append(repr(error))
    return tally


async def wander(connection: ClientConnection, rate: float, seconds: float, waits: list[float]) -> None:
    """Ask for the newest move once the picture before it is there. Raises ValueError for a wrong reply."""
    clock = time.perf_counter  # a loop's own time may be rounded to milliseconds
    start = clock()
    move = -1
    while (newest := math.floor((clock() - start) * rate)) < seconds * rate:
        if newest == move:
            await asyncio.sleep(max(0.0, start + (move + 1) / rate - clock()))
            continue
        move = newest
        angle = move / 50 + id(connection) % 7
        await connection.send(struct.pack("<I2f", move, 2 * math.cos(angle), 2 * math.sin(1.3 * angle)))
        reply = await connection.recv()
        if len(reply) != 4 + PIXELS or reply[:4] != struct.pack("<I", move):
            raise ValueError(f"a reply of {len(reply)} bytes that does not answer request {move}")
        waits.append(clock() - (start + move / rate))


if __name__ == "__main__":
    main(*sys.argv[1:])
