"""How often something may be done: so many times a second on average, some at once."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]  # seconds, never going back


class Allowance:
    """A token bucket: `burst` times at once, and again `rate` times a second."""

    def __init__(self, rate: float, burst: int, clock: Clock) -> None:
        self.rate = rate
        self.burst = burst
        self.refused = 0  # times in vain, since it last was whole
        self._clock = clock
        self._at = clock()
        self._left = float(burst)

    @property
    def left(self) -> float:
        """How many times are left now."""
        now = self._clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left == self.burst:
            self.refused = 0
        return self._left

    def take(self) -> bool:
        """Take one time; False where none is left."""
        if self.left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True
