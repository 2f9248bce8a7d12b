"""The plane itself: encoding a data set into it, its prior, what lies near a point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae.plane.lattices import Points
from vae.plane.limits import DECIMALS

HERE = 1e-4  # from a latent mean, as coordinates are kept
ALONE = 0.01  # share of codes that are farther from their nearest one than `reach`
SAMPLE = 1000  # codes whose nearest one is looked for; all of them would keep a first visitor waiting
BLOCK = 50  # of them at a time: a few megabytes


def nearest(means: Points, z: ArrayLike, k: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Indices and Euclidean distances, both (k,), of the k rows of `means` nearest to one point (2,)."""
    distances = np.linalg.norm(means.astype(np.float64) - np.asarray(z, dtype=np.float64), axis=1)
    k = min(k, len(distances))
    candidates = np.argpartition(distances, k - 1)[:k]
    order = candidates[np.argsort(distances[candidates], kind="stable")]
    return order, distances[order]


def digits_of(means: Points, labels: NDArray[np.uint8], label: int) -> NDArray[np.intp]:
    """Indices of all digits of one label: the most typical one, then on from there in their own order.

    Typical is the one whose latent mean is nearest to the median, coordinate by coordinate, of its label's.
    After the last digit comes the first, so that each occurs once. Empty if there is no digit of the label.
    """
    indices = np.flatnonzero(labels == label)
    if not len(indices):
        return indices
    typical = nearest(means[indices], np.median(means[indices], axis=0), 1)[0][0]
    return np.roll(indices, -typical)


def digit_at(means: Points, z: Sequence[float]) -> int | None:
    """Index of the digit whose latent mean is z up to rounding (`HERE`, in the plane), else None."""
    index, distance = nearest(means, np.asarray(z, dtype=np.float64), 1)
    return int(index[0]) if distance[0] <= HERE else None


def class_shares(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of each digit 0 to 9 among labels of shape (n,), n >= 1: shape (10,), summing to 1."""
    return np.bincount(labels, minlength=10) / len(labels)


def reach(means: Points) -> float:
    """How near codes (n, 2), n >= 2, live to each other: all but `ALONE` have their nearest one within it.

    Where the nearest code is farther away than that, no code lives near, and their labels say nothing. It is
    measured at up to `SAMPLE` codes, evenly through the list, and never finer than coordinates are kept.
    """
    chosen = np.unique(np.linspace(0, len(means) - 1, min(len(means), SAMPLE)).round().astype(int))
    gaps = np.concatenate([_gaps(means, block) for block in np.array_split(chosen, -(-len(chosen) // BLOCK))])
    return max(float(np.quantile(gaps, 1 - ALONE)), 10.0**-DECIMALS)


def _gaps(means: Points, chosen: NDArray[np.intp]) -> NDArray[np.float64]:
    """The distance of each chosen code to its nearest other one, (k,)."""
    squares = np.square(means[chosen, None] - means).sum(axis=2, dtype=np.float64)
    squares[np.arange(len(chosen)), chosen] = np.inf  # not the code itself
    gaps: NDArray[np.float64] = np.sqrt(squares.min(axis=1))
    return gaps
