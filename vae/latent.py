"""The plane itself: encoding a data set into it, lattices over it, what lies near a point."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import ndtri
from torch import Tensor

from vae.config import LATENT_DIM
from vae.model import VAE, Posterior

Points = NDArray[np.float32]  # (n, 2)


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


def nearest(means: Points, z: Points, k: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Indices and Euclidean distances, both (k,), of the k rows of `means` nearest to one point (2,)."""
    distances = np.linalg.norm(means.astype(np.float64) - np.asarray(z, dtype=np.float64), axis=1)
    k = min(k, len(distances))
    candidates = np.argpartition(distances, k - 1)[:k]
    order = candidates[np.argsort(distances[candidates], kind="stable")]
    return order, distances[order]


def class_shares(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of each digit 0 to 9 among labels of shape (n,), n >= 1: shape (10,), summing to 1."""
    return np.bincount(labels, minlength=10) / len(labels)


def square_lattice(side: int, half_width: float) -> Points:
    """side x side points over [-half_width, half_width]^2: (side^2, 2), row by row from the top left."""
    axis = np.linspace(-half_width, half_width, side)
    return _rows_from_the_top(axis)


def prior_lattice(side: int) -> Points:
    """side x side points at the prior's quantiles (i + 1/2) / side: every cell has the same prior mass.

    Shape (side^2, 2), row by row from the top left.
    """
    return _rows_from_the_top(ndtri((np.arange(side) + 0.5) / side))


def _rows_from_the_top(axis: NDArray[np.float64]) -> Points:
    z1, z2 = np.meshgrid(axis, axis[::-1])
    return np.stack([z1.ravel(), z2.ravel()], axis=1).astype(np.float32)


def fibonacci_lattice(size: int, shift: tuple[float, float] = (0.0, 0.0)) -> Points:
    """A rank-1 lattice of `size` points under the prior's inverse distribution function, shape (size, 2).

    (i / F_k, i F_(k-1) / F_k mod 1) + shift, wrapped to the unit square, is the two-dimensional lattice of
    lowest discrepancy when size = F_k is a Fibonacci number (Niederreiter 1992, section 5.3). A uniformly
    random shift makes means over it unbiased. Raises ValueError if `size` is not a Fibonacci number >= 2.
    """
    previous, current = 1, 2
    while current < size:
        previous, current = current, previous + current
    if current != size:
        raise ValueError(f"{size} is not a Fibonacci number")
    index = np.arange(size, dtype=np.int64)
    unit = np.stack([index / size, index * previous % size / size], axis=1) + np.asarray(shift)
    smallest = 2.0**-24  # ndtri(0) is minus infinity
    uniform = np.clip(unit % 1.0, smallest, 1.0 - smallest)
    points: Points = ndtri(uniform).astype(np.float32).reshape(size, LATENT_DIM)
    return points
