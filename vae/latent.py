"""The plane itself: encoding a data set into it, its prior, what lies near a point."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vae.config import LATENT_DIM
from vae.lattices import Points
from vae.model import VAE, Posterior


@torch.inference_mode()
def encode_all(model: VAE, images: Tensor, batch_size: int = 1000) -> Posterior:
    """Posterior of every image of shape (n, 784) with grey values in [0, 1], on the CPU."""
    device = next(model.parameters()).device
    batches = [model.encode(batch.to(device)) for batch in torch.split(images, batch_size)]
    return Posterior(
        torch.cat([batch.mean for batch in batches]).cpu(),
        torch.cat([batch.log_variance for batch in batches]).cpu(),
    )


def prior_density(z: Points) -> NDArray[np.float64]:
    """Density of N(0, I) at points of shape (n, 2): shape (n,), per unit of area, at most 1 / (2 pi)."""
    squared: NDArray[np.float64] = np.square(np.asarray(z, dtype=np.float64)).sum(axis=1)
    return np.exp(-0.5 * squared) / (2 * math.pi)


def prior_draws(count: int, seed: int) -> Tensor:
    """`count` points drawn from the prior N(0, I), shape (count, 2), the same for the same seed."""
    return torch.randn(count, LATENT_DIM, generator=torch.Generator().manual_seed(seed))


def fitted_draws(means: Points, count: int, seed: int) -> Tensor:
    """`count` points of the Gaussian with the mean and covariance of latent means (n, 2), n >= 2: (count, 2).

    They are the prior's draws of the same seed, moved and stretched, so that the two compare one by one.
    """
    points = torch.from_numpy(means).double()
    eigenvalues, axes = torch.linalg.eigh(torch.cov(points.T))
    root = axes * eigenvalues.clamp(min=0).sqrt() @ axes.T  # symmetric, and defined for a flat cloud, too
    draws: Tensor = points.mean(dim=0) + prior_draws(count, seed).double() @ root
    return draws.float()


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
