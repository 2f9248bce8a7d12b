"""Exact log p(x) and the true posterior, by quadrature over the plane; and importance-weighted bounds.

The plane has two dimensions, so log p(x), the log of the integral of p(x | z) N(z; 0, I) dz, is a sum over
a lattice. For a smooth integrand the trapezoidal rule on the whole plane converges exponentially once the
spacing falls below about twice the standard deviation of the narrowest posterior (Trefethen & Weideman
2014, SIAM Review 56, section 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributions import Normal

from vae.measure.quadrature import RADIUS, Quadrature
from vae.model.inversion import Decoder, log_likelihoods, log_prior
from vae.model.network import VAE, Posterior, reparameterise
from vae.model.objective import bernoulli_reconstruction, kl_divergence
from vae.plane.lattices import disc_lattice

CONVERGED = 0.01  # nats: two lattices that agree this well count as converged


def _weighted_chunks(
    decoder: Decoder, images: Tensor, spacing: float, chunk: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """(points (k, 2), log p(x_i, z_k) + log cell area (n, k)) over the lattice, a chunk at a time."""
    log_area = 2 * math.log(spacing)
    for points in torch.split(disc_lattice(spacing, RADIUS), chunk):
        z = points.to(images.device)
        yield z, log_likelihoods(decoder(z), images) + log_prior(z) + log_area


@torch.inference_mode()
def log_likelihood(decoder: Decoder, images: Tensor, spacing: float, chunk: int = 2048) -> Tensor:
    """log p(x) of binary images (n, 784) under N(0, I) and this decoder: float64 (n,), in nats.

    Every image meets every point; for many images on a fine lattice `Quadrature` is the quicker way.
    """
    total = torch.full((len(images),), -torch.inf, device=images.device)
    for _, joint in _weighted_chunks(decoder, images, spacing, chunk):
        total = torch.logaddexp(total, joint.logsumexp(dim=1))
    return total.double().cpu()


class Evidence(NamedTuple):
    """Mean exact log-likelihood on one lattice and on one twice as fine, in nats per image."""

    log_likelihood: float
    check: float
    spacing: float  # of the coarser lattice


def converged_log_likelihood(
    decoder: Decoder, images: Tensor, spacing: float = 0.04, finest: float = 0.005
) -> Evidence:
    """Halve the spacing until two lattices agree to CONVERGED nats, or `finest` is reached."""
    quadrature = Quadrature(decoder, images)
    coarse = float(quadrature.log_likelihood(spacing).mean())
    while True:
        fine = float(quadrature.log_likelihood(spacing / 2).mean())
        if abs(fine - coarse) < CONVERGED or spacing / 2 <= finest:
            return Evidence(coarse, fine, spacing)
        coarse, spacing = fine, spacing / 2


@torch.inference_mode()
def true_posterior(
    decoder: Decoder, images: Tensor, spacing: float, chunk: int = 2048
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation along each axis of p(z | x), each (n, 2), by the same quadrature."""
    n = len(images)
    peak = torch.full((n, 1), -torch.inf, device=images.device)
    moments = torch.zeros(n, 5, dtype=torch.float64, device=images.device)
    for z, joint in _weighted_chunks(decoder, images, spacing, chunk):
        higher = torch.maximum(peak, joint.amax(dim=1, keepdim=True))
        features = torch.cat([torch.ones_like(z[:, :1]), z, z.square()], dim=1)
        moments = moments * (peak - higher).exp() + ((joint - higher).exp() @ features)
        peak = higher
    mean = moments[:, 1:3] / moments[:, :1]
    variance = (moments[:, 3:] / moments[:, :1] - mean.square()).clamp_min(0)
    return mean.float(), variance.sqrt().float()


class Bounds(NamedTuple):
    reconstruction: float
    kl: float
    elbo: float


@torch.inference_mode()
def elbo(model: VAE, images: Tensor, samples: int = 8, batch_size: int = 1000, seed: int = 0) -> Bounds:
    """Reconstruction, KL divergence and ELBO of binary images (n, 784), means in nats per image.

    The reconstruction term is a mean over `samples` posterior samples; the KL divergence is analytic and
    infinite for a plain autoencoder (its ELBO is then minus infinity).
    """
    parts = [model.encode(batch) for batch in torch.split(images, batch_size)]
    posterior = Posterior(
        torch.cat([part.mean for part in parts]), torch.cat([part.log_variance for part in parts])
    )
    return elbo_of(model.decode, posterior, images, samples, batch_size, seed)


@torch.inference_mode()
def elbo_of(
    decoder: Decoder,
    posterior: Posterior,
    images: Tensor,
    samples: int = 8,
    batch_size: int = 1000,
    seed: int = 0,
) -> Bounds:
    """The same for any diagonal Gaussians, one an image: the encoder's, or the best there are."""
    generator = torch.Generator(images.device).manual_seed(seed)
    reconstruction = kl = 0.0
    parts = (torch.split(tensor, batch_size) for tensor in (*posterior, images))
    for mean, log_variance, batch in zip(*parts, strict=True):
        part = Posterior(mean, log_variance)
        kl += float(kl_divergence(*part).cpu().double().sum())
        for _ in range(samples):
            logits = decoder(reparameterise(part, generator))
            reconstruction += float(bernoulli_reconstruction(logits, batch).cpu().double().sum()) / samples
    n = len(images)
    return Bounds(reconstruction / n, kl / n, -(reconstruction + kl) / n)


@torch.inference_mode()
def iwae(model: VAE, images: Tensor, samples: int, batch_size: int = 20, seed: int = 0) -> float:
    """The importance-weighted bound on log p(x) with `samples` posterior samples, mean in nats per image.

    Burda et al. 2016 (arXiv 1509.00519), equation 8.
    """
    generator = torch.Generator(images.device).manual_seed(seed)
    total = 0.0
    for batch in torch.split(images, batch_size):
        posterior = model.encode(batch)
        wide = Posterior(*(part.repeat_interleave(samples, dim=0) for part in posterior))
        z = reparameterise(wide, generator)
        logits = model.decode(z)  # (n * samples, 784)
        likelihood = -bernoulli_reconstruction(logits, batch.repeat_interleave(samples, dim=0))
        proposal = Normal(wide.mean, torch.exp(0.5 * wide.log_variance))
        prior = Normal(torch.zeros_like(z), torch.ones_like(z))
        log_weights = likelihood + (prior.log_prob(z) - proposal.log_prob(z)).sum(dim=1)
        total += float((log_weights.view(-1, samples).logsumexp(dim=1) - math.log(samples)).double().sum())
    return total / len(images)
