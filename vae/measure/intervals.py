"""How far a share that was counted can be trusted."""

from __future__ import annotations

import math
from typing import NamedTuple

Z = 1.959963984540054  # the 97.5 % quantile of N(0, 1): intervals hold 95 %


class Interval(NamedTuple):
    low: float
    high: float


def wilson(share: float, count: int) -> Interval:
    """The 95 % interval of a probability that came true in a share, in [0, 1], of `count` > 0 trials.

    Wilson 1927, J. Am. Stat. Assoc. 22: it stays inside [0, 1] and is sound near both ends.
    """
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    spread = share * (1 - share) / count + Z**2 / (4 * count**2)
    half = Z * math.sqrt(spread) / (1 + Z**2 / count)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def difference(share: float, interval: Interval, other: float, others: Interval) -> Interval:
    """The 95 % interval of how much larger a share is than another, both counted in trials of their own.

    `interval` and `others` are theirs by `wilson`. Newcombe 1998, Statistics in Medicine 17, method 10. Two
    shares may differ by more than chance though their own intervals overlap.
    """
    larger = share - other
    down = math.hypot(share - interval.low, others.high - other)
    up = math.hypot(interval.high - share, other - others.low)
    return Interval(larger - down, larger + up)
