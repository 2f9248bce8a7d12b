"""The server ends when it is told to, whoever still holds a connection."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from types import FrameType

LIMIT = 4.0  # seconds for a farewell; nothing is lost by a shorter one, the server keeps nothing
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def limit_farewell(first: Callable[[], Awaitable[None]]) -> None:
    """From the first signal on, the process has `LIMIT` seconds to end; it begins with `first`.

    The web server hears of the signal after that, because then nothing can be told any more. It waits for its
    connections to close, and a client that reads nothing closes none. Only the main thread may listen to
    signals; elsewhere, as in tests, nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    leaving = set[asyncio.Task[None]]()

    async def leave(before: object, received: int, frame: FrameType | None) -> None:
        try:
            await first()
        finally:
            if callable(before):
                before(received, frame)

    for number in SIGNALS:
        before = signal.getsignal(number)

        def end(received: int, frame: FrameType | None, before: object = before) -> None:
            timer = threading.Timer(LIMIT, _end)
            timer.daemon = True
            timer.start()
            loop.call_soon_threadsafe(lambda: leaving.add(loop.create_task(leave(before, received, frame))))

        signal.signal(number, end)


def _end() -> None:
    print("Ended, though some clients did not take leave.", file=sys.stderr, flush=True)
    os._exit(0)
