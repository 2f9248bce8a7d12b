"""Bayes' rule by search: the decoder's own posterior p(z | x) of an image, as a diagonal Gaussian.

It is what an encoder can be compared with. The plane has only two dimensions, so it can be found: the best
point of a fine lattice, then Gauss-Newton steps on log p(x, z), then Laplace's approximation (Bishop 2006,
section 4.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus

from vae.config import LATENT_DIM
from vae.model.differentiation import with_jacobian
from vae.plane.lattices import fibonacci_lattice

Decoder = Callable[[Tensor], Tensor]  # latent points (n, 2) to Bernoulli logits (n, 784)

LATTICE = 17_711  # Fibonacci; spacing 0.019 at the centre of the prior
NEWTON_STEPS = 4
HALVINGS = 6  # of a step that would lower the density


def log_likelihoods(logits: Tensor, images: Tensor) -> Tensor:
    """log p(x_i | z_k) of images (n, 784) under logits (k, 784): shape (n, k), one matrix product."""
    return images @ logits.T - softplus(logits).sum(dim=1)


def log_prior(z: Tensor) -> Tensor:
    """log N(z; 0, I) of points (n, 2), shape (n,)."""
    return -0.5 * z.square().sum(dim=1) - math.log(2 * math.pi)


@torch.no_grad()
def invert(decoder: Decoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and log-variance, each (n, 2), of the Gaussian at the highest mode of p(z | x).

    Images have shape (n, 784) and values in [0, 1]. The variances are the reciprocals of the precision's
    diagonal: of all diagonal Gaussians those nearest to Laplace's in KL(q || p).
    """
    z = _search(decoder, images)
    height = _log_joint(decoder, images, z)
    for _ in range(NEWTON_STEPS):
        z, height = _climb(decoder, images, z, height)
    _, precision = _slope_and_precision(decoder, images, z)
    return z, -precision.diagonal(dim1=1, dim2=2).log()


def _log_joint(decoder: Decoder, images: Tensor, z: Tensor) -> Tensor:
    """log p(x_i, z_i), shape (n,)."""
    logits = decoder(z)
    return (images * logits - softplus(logits)).sum(dim=1) + log_prior(z)


def _search(decoder: Decoder, images: Tensor, chunk: int = 2048) -> Tensor:
    best = torch.full((len(images),), -torch.inf, device=images.device)
    where = torch.zeros(len(images), LATENT_DIM, device=images.device)
    for points in torch.split(torch.from_numpy(fibonacci_lattice(LATTICE, (0.5, 0.5))), chunk):
        z = points.to(images.device)
        height, index = (log_likelihoods(decoder(z), images) + log_prior(z)).max(dim=1)
        higher = height > best
        best = torch.where(higher, height, best)
        where = torch.where(higher[:, None], z[index], where)
    return where


def _climb(decoder: Decoder, images: Tensor, z: Tensor, height: Tensor) -> tuple[Tensor, Tensor]:
    """One Gauss-Newton step, halved until no image's density falls; an image that cannot rise stays."""
    slope, precision = _slope_and_precision(decoder, images, z)
    step = torch.linalg.solve(precision, slope[:, :, None])[:, :, 0]
    for _ in range(HALVINGS):
        moved = z + step
        reached = _log_joint(decoder, images, moved)
        lower = reached < height
        if not lower.any():
            break
        step = torch.where(lower[:, None], step / 2, step)
    stay = lower[:, None]
    return torch.where(stay, z, moved), torch.where(lower, height, reached)


def _slope_and_precision(decoder: Decoder, images: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Gradient (n, 2) and Gauss-Newton precision (n, 2, 2) of log p(x, z) at z (n, 2)."""
    logits, jacobian = with_jacobian(decoder, z)  # (n, 784), (n, 784, 2)
    ink = torch.sigmoid(logits)
    slope = torch.einsum("np,npk->nk", images - ink, jacobian) - z
    weighted = jacobian * (ink * (1 - ink))[:, :, None]
    prior = torch.eye(LATENT_DIM, device=z.device)
    return slope, jacobian.transpose(1, 2) @ weighted + prior
