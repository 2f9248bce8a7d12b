"""One estimator for every snapshot of a run, on training and on held-out images alike."""

from __future__ import annotations

import torch
from torch import Tensor

from vae.config import LATENT_DIM, Likelihood
from vae.data import Digits, binarised_test_images
from vae.history.reports import Losses
from vae.model.network import VAE, Posterior
from vae.model.objective import kl_divergence, reconstruction

MEASURED = 2_000  # images of each kind: the first of them
BATCH = 500


class Yardstick:
    """Measures models by one pass of the encoder and one posterior sample an image.

    Images are binarised once, each pixel with its grey value as probability, seed 0 (for the squared error
    they stay grey); the samples' noise is drawn once, seed 1. So two snapshots differ by their weights alone.
    """

    def __init__(self, train: Digits, held_out: Digits, likelihood: Likelihood, device: torch.device) -> None:
        self.likelihood = likelihood
        self.train, self.held_out = (_fixed(digits, likelihood).to(device) for digits in (train, held_out))
        generator = torch.Generator().manual_seed(1)
        self.noise = torch.randn(MEASURED, LATENT_DIM, generator=generator).to(device)

    def measure(self, model: VAE) -> tuple[Losses, Losses]:
        """Of training and of held-out images, by a model in evaluation mode on the yardstick's device."""
        return self._losses(model, self.train), self._losses(model, self.held_out)

    @torch.inference_mode()
    def _losses(self, model: VAE, images: Tensor) -> Losses:
        costs, divergences = [], []
        for batch, noise in zip(images.split(BATCH), self.noise[: len(images)].split(BATCH), strict=True):
            posterior: Posterior = model.encode(batch)
            z = posterior.mean + torch.exp(0.5 * posterior.log_variance) * noise
            costs.append(reconstruction(self.likelihood, model.decode(z), batch))
            divergences.append(kl_divergence(*posterior))
        cost = float(torch.cat(costs).double().mean())
        if not model.config.variational:
            return Losses(cost, None, None)
        divergence = float(torch.cat(divergences).double().mean())
        return Losses(cost, divergence, -cost - divergence)


def _fixed(digits: Digits, likelihood: Likelihood) -> Tensor:
    """(n, 784) in [0, 1], n at most MEASURED."""
    grey = torch.from_numpy(digits.images[:MEASURED])
    return binarised_test_images(grey) if likelihood == "bernoulli" else grey / 255
