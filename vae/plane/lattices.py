"""Lattices of points over the plane, float32, shape (k, 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Points = NDArray[np.float32]  # (k, 2)
Point = Sequence[float] | NDArray[np.float32]  # two numbers, z1 and z2


def prior_lattice(side: int) -> Points:
    """side x side points at the prior's quantiles (i + 1/2) / side: every cell has the same prior mass.

    Shape (side^2, 2), row by row from the top left.
    """
    return _square(axis_of(side, None))


def range_lattice(side: int, sigmas: float) -> Points:
    """side x side evenly spaced points from -sigmas to +sigmas, ends included, on both axes.

    Shape (side^2, 2), row by row from the top left.
    """
    return _square(axis_of(side, sigmas))


def axis_of(side: int, sigmas: float | None) -> NDArray[np.float64]:
    """Coordinates (side,) of a lattice's columns, ascending: `range_lattice`'s, for None `prior_lattice`'s.

    Its rows have the same ones, from the bottom up.
    """
    if sigmas is None:
        return _quantiles((np.arange(side) + 0.5) / side)
    return np.linspace(-sigmas, sigmas, side)


def _quantiles(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where N(0, 1) has these shares of its mass below."""
    quantiles = [NormalDist().inv_cdf(share) for share in shares.ravel().tolist()]
    return np.array(quantiles).reshape(shares.shape)


def _square(axis: NDArray[np.float64]) -> Points:
    z1, z2 = np.meshgrid(axis, axis[::-1])
    return np.stack([z1.ravel(), z2.ravel()], axis=1).astype(np.float32)


def disc_lattice(spacing: float, radius: float) -> Tensor:
    """Points of the square lattice with this spacing inside the disc of this radius around the origin."""
    import torch  # here alone: without it, what needs no network loads at once

    steps = math.floor(radius / spacing)
    axis = torch.arange(-steps, steps + 1, dtype=torch.float64) * spacing
    points = torch.cartesian_prod(axis, axis)
    return points[points.square().sum(dim=1) <= radius**2].float()


def fibonacci_lattice(size: int, shift: tuple[float, float] = (0.0, 0.0)) -> Points:
    """A rank-1 lattice of `size` points under the prior's inverse distribution function, shape (size, 2).

    (i / F_k, i F_(k-1) / F_k mod 1) + shift, wrapped to the unit square, is the two-dimensional lattice of
    lowest discrepancy when size = F_k is a Fibonacci number (Niederreiter 1992, section 5.3). A uniformly
    random shift makes means over it unbiased. Raises ValueError if `size` is not a Fibonacci number >= 2.
    """
    previous, current = 1, 2
    while current < size:
        previous, current = current, previous + current
    if current != size:
        raise ValueError(f"{size} is not a Fibonacci number")
    index = np.arange(size, dtype=np.int64)
    unit = np.stack([index / size, index * previous % size / size], axis=1) + np.asarray(shift)
    smallest = 2.0**-24  # the quantile of 0 is minus infinity
    points: Points = _quantiles(np.clip(unit % 1.0, smallest, 1.0 - smallest)).astype(np.float32)
    return points
