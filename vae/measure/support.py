"""Where in its plane a decoder was taught: where codes or the prior live."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import logsumexp

from vae.plane.lattices import Points
from vae.plane.spread import kernel

SPARSE = 0.1  # of s; hardly anything lives below it: of the prior alone, the outer 5 %
NEIGHBOURS = 32  # codes whose kernels are added up; further ones decide nothing where it is nearly empty


class Support:
    """How empty the plane is of codes (n, 2), n >= 2, and of the prior N(0, I), taken together.

    Each density counts in units of what it is at a typical place of its own, the median over what it
    describes: s(z) = q(z) / q_typical + p(z) / p_typical. So codes count however far from the prior they lie,
    as those of a plain autoencoder do, and the prior counts however few codes are left, as when the posterior
    has collapsed. q is the kernel density of `DigitDensity`, summed over the nearest codes only.
    """

    def __init__(self, means: Points) -> None:
        codes = means.astype(np.float64)
        self._whitened = np.linalg.inv(kernel(codes)).T
        self._tree = cKDTree(codes @ self._whitened)
        self._typical = 0.0
        self._typical = float(np.median(self._log_codes(codes[:: max(1, len(codes) // 1000)])))

    def emptiness(self, z: Points | NDArray[np.float64]) -> NDArray[np.float64]:
        """Nats by which s falls short of `SPARSE` at z (k, 2): (k,), 0 where codes or the prior live.

        Far away it grows as |z|^2 / 2, like the prior's own -log p, and is finite everywhere.
        """
        z = z.astype(np.float64)
        log_prior = math.log(2) - (z**2).sum(axis=1) / 2  # at a typical place it is half its peak
        shortage = math.log(SPARSE) - np.logaddexp(self._log_codes(z), log_prior)
        emptiness: NDArray[np.float64] = np.maximum(0.0, shortage)
        return emptiness

    def _log_codes(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """log q / q_typical at z (k, 2): (k,)."""
        distances, _ = self._tree.query(z @ self._whitened, k=min(NEIGHBOURS, self._tree.n))
        density: NDArray[np.float64] = logsumexp(-(distances**2) / 2, axis=1)
        return density - self._typical
