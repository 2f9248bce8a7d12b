"""Paths through the plane from a point A to a point B that need no network: straight and spherical."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vae.plane.lattices import Point, Points

PathKind = Literal["straight", "spherical", "geodesic"]
KINDS: tuple[PathKind, ...] = get_args(PathKind)

MAX_POINTS = 256  # of one path: what the decode channel takes in one request
LIMIT = 1000.0  # of every coordinate: what the decode channel takes
# Beyond this |cosine| slerp's formula is ill-conditioned (0 / 0 in the same direction, a detour of any size
# in opposite ones); implementations of slerp commonly go straight from here on.
COLLINEAR = 0.9995


def straight(a: Point, b: Point, count: int = MAX_POINTS) -> Points:
    """`count` equidistant points on the line from A to B, ends included: (count, 2).

    Raises ValueError if an end is not two finite numbers within +-LIMIT, or unless 2 <= count <= MAX_POINTS.
    """
    first, last, t = _checked(a, b, count)
    return _path((1 - t) * first + t * last, first, last)


def spherical(a: Point, b: Point, count: int = MAX_POINTS) -> Points:
    """Spherical linear interpolation from A to B around the origin, (count, 2), at equidistant t:

    sin((1 - t) w) / sin(w) A + sin(t w) / sin(w) B, with w the angle between A and B (Shoemake 1985; for
    latent spaces White 2016, arXiv 1609.04468). Between points of equal norm it is the arc of a circle,
    otherwise of an ellipse. Where w is not defined or the formula breaks down (`goes_straight`) it is the
    straight line. Coordinates are clipped to +-LIMIT. Raises ValueError like `straight`.
    """
    first, last, t = _checked(a, b, count)
    if goes_straight(a, b):
        return straight(a, b, count)
    angle = np.arccos(_cosine(first, last))
    arc = (np.sin((1 - t) * angle) * first + np.sin(t * angle) * last) / np.sin(angle)
    return _path(np.clip(arc, -LIMIT, LIMIT), first, last)


def goes_straight(a: Point, b: Point) -> bool:
    """Whether slerp is the straight line: A or B at the origin, or both on one line through it."""
    first, last = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not first.any() or not last.any():
        return True
    return bool(abs(_cosine(first, last)) > COLLINEAR)


def arc_lengths(points: Points) -> NDArray[np.float64]:
    """Distance walked in the plane from the first of points (n, 2) to each: (n,), from 0."""
    steps = np.linalg.norm(np.diff(points.astype(np.float64), axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _cosine(first: NDArray[np.float64], last: NDArray[np.float64]) -> float:
    """Cosine of the angle between two points seen from the origin; each is scaled first, for tiny ones."""
    first, last = first / np.abs(first).max(), last / np.abs(last).max()
    return float(np.clip(first @ last / np.linalg.norm(first) / np.linalg.norm(last), -1.0, 1.0))


def _checked(
    a: Point, b: Point, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A and B as (2,), and t as (count, 1)."""
    first, last = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    for end in (first, last):
        if end.shape != (2,) or not (np.abs(end) <= LIMIT).all():
            raise ValueError(f"An end of a path is two numbers between {-LIMIT:g} and {LIMIT:g}, not {end}.")
    if not 2 <= count <= MAX_POINTS:
        raise ValueError(f"A path has 2 to {MAX_POINTS} points, not {count}.")
    return first, last, np.linspace(0.0, 1.0, count)[:, None]


def _path(points: NDArray[np.float64], first: NDArray[np.float64], last: NDArray[np.float64]) -> Points:
    path: Points = points.astype(np.float32)
    path[0], path[-1] = first, last  # exactly, whatever the rounding in between
    return path
