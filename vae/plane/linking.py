"""The place in one model's plane that belongs to a place in another's."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae.plane.lattices import Points

Link = Literal["coordinates", "quantiles"]
LINKS: tuple[Link, ...] = get_args(Link)

Coordinates = NDArray[np.float64]  # of one axis


def carried(z: ArrayLike, source: Points, target: Points) -> Points:
    """Points z (k, 2) of one plane at the same quantiles of another: (k, 2).

    `source` (n, 2) and `target` (m, 2) are the latent means of the same digits in the two planes. Axis by
    axis, a coordinate with a given share of the source's means below it becomes the one with the same share
    of the target's below it. Beyond the outermost means it goes on linearly with the ratio of the two widths.
    Raises ValueError if one of the planes holds no means.
    """
    if not len(source) or not len(target):
        raise ValueError("A plane without latent means has no quantiles.")
    points = np.asarray(z, dtype=np.float64)
    axes = [_carried_along(points[:, axis], source[:, axis], target[:, axis]) for axis in range(2)]
    return np.stack(axes, axis=1).astype(np.float32)


def _carried_along(z: Coordinates, source: NDArray[np.float32], target: NDArray[np.float32]) -> Coordinates:
    start = np.sort(source.astype(np.float64))
    end = np.sort(target.astype(np.float64))
    if len(end) != len(start):
        end = np.quantile(end, np.linspace(0.0, 1.0, len(start)))
    width = start[-1] - start[0]
    ratio = (end[-1] - end[0]) / width if width else 1.0
    below, above = np.minimum(z - start[0], 0.0), np.maximum(z - start[-1], 0.0)
    moved: Coordinates = np.interp(z, start, end) + ratio * (below + above)
    return moved
