"""Quadrature in which every image meets every point of the plane: slow, and an oracle for the quick one."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from vae.measure.inversion import Decoder, log_likelihoods, log_prior
from vae.measure.quadrature import RADIUS
from vae.plane.lattices import disc_lattice


def _weighted_chunks(
    decoder: Decoder, images: Tensor, spacing: float, chunk: int, radius: float = RADIUS
) -> Iterator[tuple[Tensor, Tensor]]:
    """(points (k, 2), log p(x_i, z_k) + log cell area (n, k)) over the lattice, a chunk at a time."""
    log_area = 2 * math.log(spacing)
    for points in torch.split(disc_lattice(spacing, radius), chunk):
        yield points, log_likelihoods(decoder(points), images) + log_prior(points) + log_area


@torch.inference_mode()
def log_likelihood(
    decoder: Decoder, images: Tensor, spacing: float, chunk: int = 2048, radius: float = RADIUS
) -> Tensor:
    """log p(x) of binary images (n, 784) under N(0, I) and this decoder: float64 (n,), in nats."""
    total = torch.full((len(images),), -torch.inf)
    for _, joint in _weighted_chunks(decoder, images, spacing, chunk, radius):
        total = torch.logaddexp(total, joint.logsumexp(dim=1))
    return total.double()


@torch.inference_mode()
def true_posterior(
    decoder: Decoder, images: Tensor, spacing: float, chunk: int = 2048
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation along each axis of p(z | x), each (n, 2), by the same quadrature."""
    n = len(images)
    peak = torch.full((n, 1), -torch.inf, dtype=torch.float64)
    moments = torch.zeros(n, 5, dtype=torch.float64)
    for z, joint in _weighted_chunks(decoder, images, spacing, chunk):
        joint, z = joint.double(), z.double()
        higher = torch.maximum(peak, joint.amax(dim=1, keepdim=True))
        features = torch.cat([torch.ones_like(z[:, :1]), z, z.square()], dim=1)
        moments = moments * (peak - higher).exp() + ((joint - higher).exp() @ features)
        peak = higher
    mean = moments[:, 1:3] / moments[:, :1]
    variance = (moments[:, 3:] / moments[:, :1] - mean.square()).clamp_min(0)
    return mean.float(), variance.sqrt().float()
