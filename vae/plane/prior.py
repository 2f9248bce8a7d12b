"""The prior N(0, I) of the plane and draws from it; draws of a Gaussian fitted to codes, and from a box."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import LATENT_DIM
from vae.plane.box import Box
from vae.plane.lattices import Points


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


def box_draws(box: Box, count: int, seed: int) -> Tensor:
    """`count` points drawn evenly from a box, shape (count, 2), the same for the same seed."""
    unit = torch.rand(count, LATENT_DIM, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    corner = torch.tensor([box.left, box.bottom], dtype=torch.float64)
    size = torch.tensor([box.right - box.left, box.top - box.bottom], dtype=torch.float64)
    drawn: Tensor = corner + size * unit
    return drawn.float()
