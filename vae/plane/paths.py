"""Paths through the plane from a point A to a point B that need no network: straight and spherical."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vae.plane.lattices import Point, Points
from vae.plane.limits import LIMIT, MAX_POINTS

PathKind = Literal["straight", "spherical", "geodesic"]
KINDS: tuple[PathKind, ...] = get_args(PathKind)

NO_TURN = math.radians(2)  # a turn too small to be seen


def straight(a: Point, b: Point, count: int = MAX_POINTS) -> Points:
    """`count` equidistant points on the line from A to B, ends included: (count, 2).

    Raises ValueError if an end is not two finite numbers within +-LIMIT, or unless 2 <= count <= MAX_POINTS.
    """
    first, last, t = _checked(a, b, count)
    return _path((1 - t) * first + t * last, first, last)


def spherical(a: Point, b: Point, count: int = MAX_POINTS) -> Points:
    """A turn around the origin from A to B, (count, 2), at equidistant t: the angle and the radius,

    r(t) = (1 - t) |A| + t |B| and phi(t) = phi_A + t `turn(A, B)`, change evenly.

    Between points of equal norm it is spherical linear interpolation (Shoemake 1985; for latent spaces White
    2016, arXiv 1609.04468), the arc of a circle. Between others slerp's formula, which weighs the vectors
    themselves, leaves the ring between their norms, by any distance where they are nearly opposite; here the
    norm is interpolated as well and stays between that of A and that of B. Coordinates are clipped to
    +-LIMIT. Raises ValueError like `straight`.
    """
    first, last, t = _checked(a, b, count)
    start = last if not first.any() else first  # the origin has no angle: it takes the other end's
    angle = math.atan2(start[1], start[0]) + t * turn(a, b)
    radius = (1 - t) * math.hypot(*first) + t * math.hypot(*last)
    arc = radius * np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    return _path(np.clip(arc, -LIMIT, LIMIT), first, last)


def turn(a: Point, b: Point) -> float:
    """The angle from A to B seen from the origin, the shorter way round: radians, counter-clockwise > 0.

    Exactly opposite points have two such ways. The one that leads counter-clockwise from the right-hand point
    is taken, over the top, there and back alike; from the upper one, if neither is further right. It is 0 if
    A or B is the origin.
    """
    (a1, a2), (b1, b2) = (float(a[0]), float(a[1])), (float(b[0]), float(b[1]))
    cross, dot = a1 * b2 - a2 * b1, a1 * b1 + a2 * b2
    if cross == 0:
        half = math.pi if a1 > 0 or (a1 == 0 and a2 > 0) else -math.pi
        return half if dot < 0 else 0.0
    return math.atan2(cross, dot)


def goes_straight(a: Point, b: Point) -> bool:
    """Whether the spherical path hardly turns: A and B in one direction from the origin, or one at it."""
    return abs(turn(a, b)) < NO_TURN


def arc_lengths(points: Points) -> NDArray[np.float64]:
    """Distance walked in the plane from the first of points (n, 2) to each: (n,), from 0."""
    steps = np.linalg.norm(np.diff(points.astype(np.float64), axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


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
