"""A metric over a box of the plane, known at the centres of cells, and curves measured in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from vae.plane.box import Box

Array = NDArray[np.float64]

ITERATIONS = 60  # at most; most curves need 5 to 15
CONVERGED = 1e-4  # relative fall of the energy in one iteration that is no longer worth another
SMALLEST = 1e-3  # part of a step below which a curve that gains nothing rests


class Energies(NamedTuple):
    """Of k curves of n points."""

    total: Array  # (k,): the sum over a curve's n - 1 steps d of d^T M d, M in the middle of the step
    gradient: Array  # (k, n - 2, 2): in the inner points
    tensors: Array  # (k, n - 1, 3): M of each step


class Field:
    """Symmetric tensors [M11, M12, M22], (side, side, 3), at the centres of side x side cells of a box.

    The first index runs along z1, the second along z2. Linear between the centres, constant beyond the
    outermost ones.
    """

    def __init__(self, box: Box, tensors: Array) -> None:
        self.box, self.tensors = box, tensors
        self.side = len(tensors)
        self._corner = np.array([box.left, box.bottom])
        self.cell = np.array([box.right - box.left, box.top - box.bottom]) / self.side

    @property
    def centres(self) -> Array:
        """Of the cells, (side, side, 2)."""
        return centres(self.box, self.side)

    def at(self, z: Array) -> tuple[Array, Array, Array]:
        """The tensors at z (..., 2) and their derivatives in z1 and in z2, (..., 3) each."""
        at = (z - self._corner) / self.cell - 0.5
        bounded = np.clip(at, 0, self.side - 1)
        inside = bounded == at
        i, j = np.moveaxis(np.minimum(bounded.astype(np.intp), self.side - 2), -1, 0)
        x, y = bounded[..., :1] - i[..., None], bounded[..., 1:] - j[..., None]
        here, above = self.tensors[i, j], self.tensors[i, j + 1]
        right, both = self.tensors[i + 1, j], self.tensors[i + 1, j + 1]
        low, high = here + x * (right - here), above + x * (both - above)
        along_1 = ((1 - y) * (right - here) + y * (both - above)) * inside[..., :1] / self.cell[0]
        along_2 = (high - low) * inside[..., 1:] / self.cell[1]
        return low + y * (high - low), along_1, along_2

    def steps(self, curves: Array) -> Array:
        """Lengths (..., n - 1) of the steps of curves (..., n, 2)."""
        middles = (curves[..., 1:, :] + curves[..., :-1, :]) / 2
        lengths: Array = np.sqrt(_squared(self.at(middles)[0], np.diff(curves, axis=-2)))
        return lengths

    def relaxed(self, curves: Array) -> Array:
        """The curves of least energy near k curves (k, n, 2), n >= 3, their ends fixed: (k, n, 2).

        A curve of least energy is a shortest path walked at constant speed. Steps of Newton's method with
        the metric held where it is, damped for each curve by itself until its energy falls.
        """
        curves, energies = curves.copy(), self._energies(curves)
        part, moving = np.ones(len(curves)), np.ones(len(curves), dtype=bool)
        for _ in range(ITERATIONS):
            tried = curves.copy()
            tried[:, 1:-1] -= part[:, None, None] * _newton(energies)
            news = self._energies(tried)
            gained = energies.total - news.total
            better = moving & (gained > 0)
            curves[better] = tried[better]
            for now, new in zip(energies, news, strict=True):
                now[better] = new[better]
            moving &= np.where(better, gained > CONVERGED * energies.total, part > SMALLEST)
            part = np.where(better, np.minimum(1.0, 2 * part), part / 4)
            if not moving.any():
                break
        return curves

    def _energies(self, curves: Array) -> Energies:
        steps = np.diff(curves, axis=1)
        tensors, along_1, along_2 = self.at((curves[:, 1:] + curves[:, :-1]) / 2)
        pull = np.stack(
            [
                tensors[..., 0] * steps[..., 0] + tensors[..., 1] * steps[..., 1],
                tensors[..., 1] * steps[..., 0] + tensors[..., 2] * steps[..., 1],
            ],
            axis=-1,
        )
        uneven = np.stack([_squared(along_1, steps), _squared(along_2, steps)], axis=-1) / 2
        gradient = 2 * (pull[:, :-1] - pull[:, 1:]) + uneven[:, :-1] + uneven[:, 1:]
        return Energies((pull * steps).sum(axis=(1, 2)), gradient, tensors)


def centres(box: Box, side: int) -> Array:
    """Centres of side x side cells over a box, (side, side, 2): z1 along the first index, z2 the second."""
    parts = (np.arange(side) + 0.5) / side
    z1, z2 = box.left + (box.right - box.left) * parts, box.bottom + (box.top - box.bottom) * parts
    return np.stack(np.meshgrid(z1, z2, indexing="ij"), axis=-1)


def _squared(tensors: Array, steps: Array) -> Array:
    """d^T M d."""
    d1, d2 = steps[..., 0], steps[..., 1]
    squared: Array = tensors[..., 0] * d1**2 + 2 * tensors[..., 1] * d1 * d2 + tensors[..., 2] * d2**2
    return squared


def _newton(energies: Energies) -> Array:
    """The inverse Hessian, the tensors held constant, times the gradient: (k, n - 2, 2).

    Block tridiagonal, 2 (M_i + M_(i+1)) and -2 M_(i+1) beside it, and all curves one below the other.
    """
    before, after = energies.tensors[:, :-1], energies.tensors[:, 1:]
    beside = np.where(np.arange(before.shape[1])[:, None] < before.shape[1] - 1, -2 * after, 0.0)
    own = 2 * (before + after)
    bands = np.zeros((4, *own.shape[:2], 2))  # the diagonal and three below it, for solveh_banded
    bands[0] = own[..., ::2]
    bands[1, ..., 0], bands[1, ..., 1] = own[..., 1], beside[..., 1]
    bands[2] = beside[..., ::2]
    bands[3, ..., 0] = beside[..., 1]
    solved = solveh_banded(bands.reshape(4, -1), energies.gradient.ravel(), lower=True, check_finite=False)
    return np.reshape(solved, energies.gradient.shape)
