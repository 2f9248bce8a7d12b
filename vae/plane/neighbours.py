"""The plane itself: encoding a data set into it, its prior, what lies near a point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae.plane.lattices import Points


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


def digit_at(means: Points, z: Sequence[float], within: float = 1e-4) -> int | None:
    """Index of the digit whose latent mean is z up to rounding (`within`, in the plane), else None."""
    index, distance = nearest(means, np.asarray(z, dtype=np.float64), 1)
    return int(index[0]) if distance[0] <= within else None


def class_shares(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of each digit 0 to 9 among labels of shape (n,), n >= 1: shape (10,), summing to 1."""
    return np.bincount(labels, minlength=10) / len(labels)
