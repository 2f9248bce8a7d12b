"""What a connection is allowed: a share of the event loop's time, and how long a state may last."""

from __future__ import annotations

import time

SHARE = 0.02  # of the event loop's time that a connection's own bytes may take
BURST = 0.05  # seconds of it that a connection may take at once


class Budget:
    """The event loop's time for one connection: `SHARE` of it, saved up to `BURST`."""

    def __init__(self) -> None:
        self._saved = BURST
        self._at = time.monotonic()

    def spend(self, seconds: float) -> float:
        """Seconds until the connection may have its next turn."""
        now = time.monotonic()
        self._saved = min(BURST, self._saved + (now - self._at) * SHARE) - seconds
        self._at = now
        return max(0.0, -self._saved / SHARE)


class Stopwatch:
    """For how long a state has lasted."""

    def __init__(self) -> None:
        self._state: object = None
        self._since = 0.0

    def lasts(self, state: object, now: float) -> float:
        """Seconds since `state` was first seen without another in between."""
        if state != self._state:
            self._state, self._since = state, now
        return now - self._since
