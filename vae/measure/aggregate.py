"""Where codes live: the aggregate posterior (mean of all test digits' own Gaussians) against the prior."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from vae.model.checkpoint import Latents
from vae.plane.box import Box
from vae.plane.spread import covariance

Cells = NDArray[np.float64]  # (side, side), row 0 at the top of the box

NEGLIGIBLE = 0.01  # of the prior's highest density: less than this does not count as a difference
VISIBLE = 0.012  # of a map's width: the half axis of an ellipse that a class can see
ENLARGEMENTS = (1, 2, 5, 10, 20, 50, 100)
DECADES = 1.5  # of the ratio of aggregate posterior to prior at which the shade is full


def aggregate_mass(latents: Latents, box: Box, side: int) -> Cells:
    """Exact mass of the aggregate posterior in side x side cells of a box: (side, side), row 0 at the top.

    The aggregate posterior is the mean over the digits of N(mu, diag(sigma^2)); a digit without posterior
    width (plain autoencoder) counts in the cell that holds its latent mean. Cells hold their left and lower
    border, so that nothing is counted twice. The masses add up to at most 1.
    """
    means = latents.means.astype(np.float64)
    deviations = np.exp(0.5 * latents.log_variances.astype(np.float64))
    columns = _shares(_edges(box.left, box.right, side), means[:, 0], deviations[:, 0])
    rows = _shares(_edges(box.bottom, box.top, side), means[:, 1], deviations[:, 1])
    return (rows.T @ columns)[::-1] / len(means)


def prior_mass(box: Box, side: int) -> Cells:
    """Exact mass of N(0, I) in the same cells: (side, side), row 0 at the top."""
    columns = np.diff(ndtr(_edges(box.left, box.right, side)))
    rows = np.diff(ndtr(_edges(box.bottom, box.top, side)))
    return np.outer(rows, columns)[::-1]


def fitted_mass(latents: Latents, box: Box, side: int) -> Cells:
    """Mass in the same cells of the Gaussian with the latent means' own mean and covariance.

    Its density at a cell's centre times the cell's area, because a correlated Gaussian has no closed form for
    the mass in a rectangle.
    """
    mean, covariance = _fitted(latents)
    z1, z2 = box.centres(side, side)
    offset = np.stack(np.meshgrid(z1, z2[::-1]), axis=-1) - mean
    distance = np.einsum("...i,ij,...j->...", offset, np.linalg.inv(covariance), offset)
    mass: Cells = np.exp(-0.5 * distance) * _highest_mass(covariance, box, side)
    return mass


def excess(latents: Latents, box: Box, side: int, *, fitted: bool = False) -> Cells:
    """Where there are more codes than expected (up to 1) and where fewer (down to -1), by cell.

    Expected by the prior or, if `fitted`, by the Gaussian that fits the latent means: that is for a plain
    autoencoder, which has no prior. log10((q + e) / (p + e)) / DECADES, clipped to -1..1, for the aggregate
    posterior's mass q and the expected mass p in every cell; e is NEGLIGIBLE of the largest mass that a cell
    may be expected to hold, so that the shade is 0 where both are next to nothing. Shape (side, side), row 0
    at the top.
    """
    expected = fitted_mass(latents, box, side) if fitted else prior_mass(box, side)
    covariance = _fitted(latents)[1] if fitted else np.eye(2)
    least = NEGLIGIBLE * _highest_mass(covariance, box, side)
    ratio = (aggregate_mass(latents, box, side) + least) / (expected + least)
    return np.clip(np.log10(ratio) / DECADES, -1.0, 1.0)


def posterior_ellipses(latents: Latents, digit: int, count: int) -> NDArray[np.float32]:
    """(mu1, mu2, sigma1, sigma2) of at most `count` test digits of a label: (k, 4).

    They are chosen evenly from MNIST's own order. Both sigmas are 0 for a plain autoencoder; without digits
    of the label the shape is (0, 4).
    """
    found = np.flatnonzero(latents.labels == digit)
    count = min(count, len(found))
    chosen = found[np.arange(count) * len(found) // max(1, count)]
    deviations = np.exp(0.5 * latents.log_variances[chosen])
    return np.concatenate([latents.means[chosen], deviations], axis=1).astype(np.float32)


def enlargement(ellipses: NDArray[np.floating], width: float) -> int:
    """How many times as large ellipses (k, 4) are to be drawn on a map of this width, to be seen.

    The smallest of ENLARGEMENTS with which the median half axis is VISIBLE; 1 for points, which have none.
    """
    deviations = ellipses[:, 2:]
    if not deviations.any():
        return 1
    needed = VISIBLE * width / float(np.median(deviations))
    return next((factor for factor in ENLARGEMENTS if factor >= needed), ENLARGEMENTS[-1])


def _fitted(latents: Latents) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (2,) and covariance (2, 2) of the latent means."""
    means = latents.means.astype(np.float64)
    return means.mean(axis=0), covariance(means)


def _highest_mass(covariance: NDArray[np.float64], box: Box, side: int) -> float:
    """The peak density of a Gaussian with this covariance (2, 2), times the area of a cell."""
    area = (box.right - box.left) * (box.top - box.bottom) / side**2
    return area / (2 * math.pi * math.sqrt(np.linalg.det(covariance)))


def _edges(low: float, high: float, side: int) -> NDArray[np.float64]:
    return np.linspace(low, high, side + 1)


def _shares(
    edges: NDArray[np.float64], means: NDArray[np.float64], deviations: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mass of N(mean, deviation^2) between neighbouring edges (side + 1,), for each of n: (n, side)."""
    distance = edges - means[:, None]
    wide = deviations > 0
    below = (distance > 0).astype(np.float64)
    below[wide] = ndtr(distance[wide] / deviations[wide, None])
    return np.diff(below, axis=1)
