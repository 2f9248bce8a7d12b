"""Exact log p(x), by quadrature over the plane; the ELBO and the importance-weighted bound.

The plane has two dimensions, so log p(x), the log of the integral of p(x | z) N(z; 0, I) dz, is a sum over
a lattice. For a smooth integrand the trapezoidal rule on the whole plane converges exponentially once the
spacing falls below about twice the standard deviation of the narrowest posterior (Trefethen & Weideman
2014, SIAM Review 56, section 5).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributions import Normal
from torch.nn.functional import softplus

from vae.measure.inversion import Decoder, log_likelihoods, log_prior
from vae.measure.measures import CONVERGED
from vae.measure.quadrature import RADIUS, Quadrature
from vae.model.network import VAE, Posterior, reparameterise
from vae.model.objective import bernoulli_reconstruction, kl_divergence
from vae.plane.lattices import disc_lattice

# Radii of the discs, each half as large again: at the last a point weighs 387 nats less than in the middle.
RADII = tuple(RADIUS * 1.5**k for k in range(5))
LOOK = 0.32  # spacing of the lattice that looks for codes beyond the first disc


class Evidence(NamedTuple):
    """Mean log-likelihood by quadrature, in nats per image, and how far it can be trusted."""

    log_likelihood: float
    check: float  # on a lattice twice as fine
    spacing: float  # of the coarser lattice
    radius: float  # of the disc they cover
    beyond: float  # nats that its outer third, the last ring added, brought, or that lie farther out

    @property
    def error(self) -> float:
        """The larger change of the last two refinements, in nats: exact means less than CONVERGED."""
        return max(abs(self.check - self.log_likelihood), self.beyond)


def converged_log_likelihood(
    decoder: Decoder,
    images: Tensor,
    spacing: float = 0.04,
    finest: float = 0.005,
    widest: float = RADII[-1],
    confirm: bool = True,
) -> Evidence:
    """Widen the disc by half, then halve the spacing, until neither changes the mean by CONVERGED nats.

    The codes of a plain autoencoder lie far outside the disc that holds the prior, and a whole ring without
    any may lie between. So the disc grows over all rings where a look at the plane finds images better off,
    with `confirm` over one ring at least, and on until one brings nothing, or until the prior's mass beyond,
    exp(-radius^2 / 2), could bring nothing even if the decoder drew every image there with certainty. Gives
    up at the radius `widest` or the spacing `finest`; `Evidence.error` then says so.
    """
    disc = Quadrature(decoder, images)
    rings, total, radius = [disc], disc.log_likelihood(spacing), RADIUS
    promised = look(decoder, images, disc.best)
    beyond = sum(promised.values())
    needed = max((outer for outer, gain in promised.items() if gain >= CONVERGED), default=RADIUS)
    for outer in promised:
        at_most = float(softplus(-(radius**2) / 2 - total).mean())
        if at_most < CONVERGED:
            beyond = at_most
            break
        done = radius >= needed and beyond < CONVERGED and not (confirm and len(rings) == 1)
        if done or outer > widest:
            break
        ring = Quadrature(decoder, images, outer, radius, rings[-1].best)
        wider = torch.logaddexp(total, ring.log_likelihood(spacing))
        beyond = float((wider - total).mean())
        rings, radius, total = [*rings, ring], outer, wider
    coarse = float(total.mean())
    while True:
        finer = torch.stack([ring.log_likelihood(spacing / 2) for ring in rings]).logsumexp(dim=0)
        fine = float(finer.mean())
        if abs(fine - coarse) < CONVERGED or spacing / 2 <= finest:
            return Evidence(coarse, fine, spacing, radius, beyond)
        coarse, spacing = fine, spacing / 2


@torch.inference_mode()
def look(decoder: Decoder, images: Tensor, best: Tensor) -> dict[float, float]:
    """For every ring beyond the first disc, by its outer radius, what its best places promise the images.

    Mean nats by which log p(x, z) there, on a coarse lattice, exceeds `best` (n, 1), the highest inside the
    first disc, and what the rings further in promise.
    """
    lattice = disc_lattice(LOOK, RADII[-1])
    distance = lattice.square().sum(dim=1).sqrt()
    promised, highest = {}, best
    for inner, outer in pairwise(RADII):
        before = highest
        for part in torch.split(lattice[(distance > inner) & (distance <= outer)], 1024):
            z = part.to(images.device)
            joint = log_likelihoods(decoder(z), images) + log_prior(z)
            highest = torch.maximum(highest, joint.amax(dim=1, keepdim=True).cpu())
        promised[outer] = float((highest - before).double().mean())
    return promised


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
        total += float(
            (log_weights.view(-1, samples).logsumexp(dim=1) - math.log(samples)).cpu().double().sum()
        )
    return total / len(images)
