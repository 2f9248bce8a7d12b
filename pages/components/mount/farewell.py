"""The server ends when it is told to, whoever still holds a connection."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

LIMIT = 4.0  # seconds for a farewell; nothing is lost by a shorter one, the server keeps nothing
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def limit_farewell() -> None:
    """From the first signal on, the process has `LIMIT` seconds to end.

    The web server waits for its connections to close, and a client that reads nothing closes none. Only the
    main thread may listen to signals; elsewhere, as in tests, nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        before = signal.getsignal(number)

        def end(received: int, frame: FrameType | None, before: object = before) -> None:
            timer = threading.Timer(LIMIT, _end)
            timer.daemon = True
            timer.start()
            if callable(before):
                before(received, frame)

        signal.signal(number, end)


def _end() -> None:
    print("Ended, though some clients did not take leave.", file=sys.stderr, flush=True)
    os._exit(0)
