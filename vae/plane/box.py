"""Rectangles of the plane: what a map or a search looks at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vae.plane.lattices import Point, Points


class Box(NamedTuple):
    """A rectangle of the plane: z1 from left to right, z2 from bottom to top."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, point: Point) -> bool:
        return self.left <= point[0] <= self.right and self.bottom <= point[1] <= self.top

    def stretched_to(self, point: Point) -> Box:
        """The smallest box that holds this one and the point."""
        z1, z2 = float(point[0]), float(point[1])
        return Box(min(self.left, z1), max(self.right, z1), min(self.bottom, z2), max(self.top, z2))


def data_box(means: Points) -> Box:
    """Holds the latent means (n, 2) but for 0.1 % at each side, and a tenth of its extent around them."""
    low, high = np.quantile(means.astype(np.float64), [0.001, 0.999], axis=0)
    margin = 0.1 * np.maximum(high - low, 1.0)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return Box(left, right, bottom, top)


PRIOR_REACH = 4.0  # holds all but three in ten thousand of the prior


def reachable_box(means: Points) -> Box:
    """Holds all latent means (n, 2) and the prior, and a tenth of its extent around them: room to turn."""
    low = np.minimum(means.min(axis=0), -PRIOR_REACH).astype(np.float64)
    high = np.maximum(means.max(axis=0), PRIOR_REACH).astype(np.float64)
    (left, bottom), (right, top) = (low - (high - low) / 10).tolist(), (high + (high - low) / 10).tolist()
    return Box(left, right, bottom, top)
