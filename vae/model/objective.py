"""Reconstruction, KL divergence and ELBO: free functions, in nats, one value per image.

Reconstruction terms are negative log-likelihoods (smaller is better), summed over the 784 pixels.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae.config import BetaSchedule, Likelihood

CYCLES, RISING = 4, 0.5  # M and R of Fu et al. 2019


def bernoulli_reconstruction(logits: Tensor, images: Tensor) -> Tensor:
    """-log p(x | z) of shape (n,) under independent Bernoulli pixels; images in [0, 1], both (n, 784)."""
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="none").sum(dim=1)


def mse_reconstruction(logits: Tensor, images: Tensor) -> Tensor:
    """Squared error of sigmoid(logits), shape (n,).

    It is -log p(x | z) of independent Gaussian pixels with variance 1/2, up to a constant.
    """
    return (torch.sigmoid(logits) - images).square().sum(dim=1)


def reconstruction(likelihood: Likelihood, logits: Tensor, images: Tensor) -> Tensor:
    """The reconstruction term of the chosen likelihood, shape (n,)."""
    term = bernoulli_reconstruction if likelihood == "bernoulli" else mse_reconstruction
    return term(logits, images)


def squared_change(logits: Tensor, moved: Tensor) -> Tensor:
    """||sigmoid(moved) - sigmoid(logits)||^2 of two pictures, both (n, 784): shape (n,).

    Over the squared distance of their points it is the decoder's squared steepness in that direction, whose
    mean over directions is tr(J^T J) / 2, J the picture's Jacobian.
    """
    return (torch.sigmoid(moved) - torch.sigmoid(logits)).square().sum(dim=1)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL( N(mean, diag(exp(log_variance))) || N(0, I) ), shape (n,), in nats.

    Kingma & Welling 2014 (arXiv 1312.6114), appendix B.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(dim=1)


def negative_elbo(reconstruction: Tensor, kl: Tensor, beta: float = 1.0) -> Tensor:
    """reconstruction + beta * KL, averaged over the batch to a scalar.

    beta = 1 is the ELBO; other values are Higgins et al. 2017 (beta-VAE), equation 4. With beta = 0 the KL
    term is left out altogether, because it is infinite for a plain autoencoder.
    """
    return (reconstruction if beta == 0 else reconstruction + beta * kl).mean()


def beta_at(schedule: BetaSchedule, beta: float, epoch: float, annealing_epochs: int) -> float:
    """The weight of the KL divergence at a (fractional) epoch >= 0.

    "constant" is `beta` throughout; "linear" (Bowman et al. 2016, arXiv 1511.06349) and "cosine" rise from
    0 to `beta` over `annealing_epochs` and stay there. "cyclical" (Fu et al. 2019, arXiv 1903.10145,
    equations 6 and 7) does so four times in equal parts of `annealing_epochs`: in each it rises in a straight
    line from 0 to `beta` over the first half and stays there over the second; after the last part it stays.
    """
    if schedule == "constant" or epoch >= annealing_epochs:
        return beta
    progress = epoch / annealing_epochs
    if schedule == "cyclical":
        return beta * min(1.0, progress * CYCLES % 1 / RISING)
    return beta * (progress if schedule == "linear" else 0.5 * (1 - math.cos(math.pi * progress)))
