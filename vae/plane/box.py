"""Rectangles of the plane: what a map or a search looks at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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

    def centres(self, columns: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the middles of equal cells lie: their z1 (columns,) and their z2 (rows,), both ascending."""
        across, up = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
        z1 = self.left + (self.right - self.left) * across
        return z1, self.bottom + (self.top - self.bottom) * up

    def squared(self, least: float = 0.1) -> Box:
        """The smallest square around the same middle that holds this box, at least `least` wide."""
        z1, z2 = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        half = max(self.right - self.left, self.top - self.bottom, least) / 2
        return Box(z1 - half, z1 + half, z2 - half, z2 + half)

    def ranges(self) -> dict[str, list[float]]:
        """Its two axes' ranges, as a map in the browser takes them."""
        return {"x": [self.left, self.right], "y": [self.bottom, self.top]}


def data_box(means: Points) -> Box:
    """Holds the latent means (n, 2) but for 0.1 % at each side, and a tenth of its extent around them."""
    low, high = np.quantile(means.astype(np.float64), [0.001, 0.999], axis=0)
    margin = 0.1 * np.maximum(high - low, 1.0)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return Box(left, right, bottom, top)


CENTRAL = 0.85  # of the codes: those that a map opens on where a few lie far outside


def central_box(means: Points, share: float = CENTRAL) -> Box:
    """The middle `share` of the latent means (n, 2), n >= 1: as many lie beyond each of its sides, or fewer.

    A mean's depth is the smallest number of means that lie beyond it on any of the four sides; those of the
    greatest depth are kept.
    """
    above = means.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    depth = np.minimum(above, len(means) - 1 - above).min(axis=1)
    kept = means[depth >= np.quantile(depth, 1 - share, method="lower")].astype(np.float64)
    (left, bottom), (right, top) = kept.min(axis=0).tolist(), kept.max(axis=0).tolist()
    return Box(left, right, bottom, top)


HOLE_SIDE = 96  # cells across the box that is searched


def hole_in(means: Points, box: Box) -> tuple[float, float]:
    """The emptiest place inside a box: the middle of the widest disc inside it without a latent mean (n, 2).

    It is looked for at the middles of `HOLE_SIDE` by `HOLE_SIDE` cells; of equally wide discs the one at the
    bottom, then the left one, is taken.
    """
    from scipy.spatial import cKDTree  # here alone: it is slow to load, and few maps need it

    z1, z2 = np.meshgrid(*box.centres(HOLE_SIDE, HOLE_SIDE))
    places = np.stack([z1.ravel(), z2.ravel()], axis=1)
    to_codes, _ = cKDTree(means.astype(np.float64)).query(places)
    low, high = np.array([box.left, box.bottom]), np.array([box.right, box.top])
    to_edge = np.minimum(places - low, high - places).min(axis=1)
    first, second = places[np.minimum(to_codes, to_edge).argmax()].tolist()
    return first, second


PRIOR_REACH = 4.0  # holds all but three in ten thousand of the prior


def reachable_box(means: Points) -> Box:
    """Holds all latent means (n, 2) and the prior, and a tenth of its extent around them: room to turn."""
    low = np.minimum(means.min(axis=0), -PRIOR_REACH).astype(np.float64)
    high = np.maximum(means.max(axis=0), PRIOR_REACH).astype(np.float64)
    (left, bottom), (right, top) = (low - (high - low) / 10).tolist(), (high + (high - low) / 10).tolist()
    return Box(left, right, bottom, top)
