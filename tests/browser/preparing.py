"""A drawing prepared in Python, by other means than the page's: as MNIST's authors say they did."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

BOX, SIDE, MIDDLE = 20, 28, 14
TIE = 1e-6  # what is symmetrical lies between two places: the later one


def prepared(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(28, 28) grey values of a drawing: its longer side 20 pixels, its centre of mass at pixel (14, 14).

    Areas are differences of the ink's integral, which is linear between the pixels' edges.
    """
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    found = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    pixel = max(found.shape) / BOX
    small = _summed(_summed(found, pixel).T, pixel).T
    middle = ndimage.center_of_mass(small)
    at = [
        min(max(math.floor(MIDDLE - m + 0.5 + TIE), 0), SIDE - length)
        for m, length in zip(middle, small.shape, strict=True)
    ]
    placed = np.zeros((SIDE, SIDE))
    placed[at[0] : at[0] + small.shape[0], at[1] : at[1] + small.shape[1]] = small
    return np.floor(255 * placed / placed.max() + 0.5).astype(np.uint8)


def _summed(values: NDArray[np.float64], pixel: float) -> NDArray[np.float64]:
    """Sums over `pixel` rows each, the last ones perhaps over fewer."""
    length = len(values)
    integral = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(0)])
    edges = np.minimum(np.arange(np.ceil(length / pixel - TIE) + 1) * pixel, length)
    at = [np.interp(edges, np.arange(length + 1), column) for column in integral.T]
    return np.diff(np.array(at).T, axis=0)
