"""What may come from outside as points of the plane; the browser has them in wire/limits.js."""

from __future__ import annotations

LIMIT = 1000.0  # of a coordinate's absolute value
MAX_POINTS = 256  # of one request to the decoder, and so of a path
DECIMALS = 4  # of a coordinate that is kept: finer than a pixel of the map, however far zoomed in
NEIGHBOURS = 50  # nearest test digits whose labels are counted


def kept(value: float) -> float:
    """A number as it is kept and written: rounded to DECIMALS, and no minus zero."""
    return round(value, DECIMALS) + 0.0
