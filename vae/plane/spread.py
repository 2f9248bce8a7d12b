"""How points of the plane are spread, also where they have collapsed to a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae.plane.lattices import Points

# Of Scott's bandwidth n^(-1/6). Digits form clusters, for which Scott's rule is too wide: left-out test
# digits are likeliest under half of it.
BANDWIDTH = 0.5
THINNEST = 1e-6  # the least variance along any direction, as a share of the usual one


def covariance(points: Points | NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance (2, 2) of points (n, 2), n >= 2; positive definite, though they lie on a line.

    A posterior that has collapsed along one axis leaves such points. Its variance there is raised to a
    millionth of the usual one.
    """
    points = points.astype(np.float64)
    variances, directions = np.linalg.eigh(np.cov(points, rowvar=False))
    raised = np.maximum(variances, THINNEST * max(float(points.var()), THINNEST))
    spread: NDArray[np.float64] = (directions * raised) @ directions.T
    return spread


def kernel(points: Points | NDArray[np.float64]) -> NDArray[np.float64]:
    """L (2, 2), lower triangular: L L^T is the covariance of the kernel of a density of points (n, 2).

    It is shaped like the covariance of all points, scaled by `BANDWIDTH` of Scott's rule.
    """
    scaled: NDArray[np.float64] = np.linalg.cholesky(covariance(points)) * BANDWIDTH * len(points) ** (-1 / 6)
    return scaled
