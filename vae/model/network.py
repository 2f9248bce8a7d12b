"""The network: an encoder to two latent dimensions and a decoder back to 784 pixels.

The plain autoencoder is the same network with `ModelConfig.variational` switched off.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from vae.config import LATENT_DIM, PIXELS, ModelConfig
from vae.model.layers import LOG_VARIANCE_RANGE, ResidualStack, convolutional_decoder, convolutional_encoder
from vae.model.lookup import LookupEncoder


class Posterior(NamedTuple):
    """The encoder's diagonal Gaussian q(z | x), one row per image."""

    mean: Tensor  # (n, 2)
    log_variance: Tensor  # (n, 2); minus infinity for a plain autoencoder, whose posterior is a point


def reparameterise(posterior: Posterior, generator: torch.Generator | None = None) -> Tensor:
    """One sample z = mu + sigma * eps per row, shape (n, 2), differentiable in mu and sigma.

    Kingma & Welling 2014 (arXiv 1312.6114), section 2.4. The generator must live on the posterior's device.
    """
    noise = torch.empty_like(posterior.mean).normal_(generator=generator)
    return posterior.mean + torch.exp(0.5 * posterior.log_variance) * noise


class Encoder(nn.Module):
    """q(z | x): pictures to latent means and log-variances."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.variational = config.variational
        self.stack: nn.Module
        if config.convolutional:
            self.stack = convolutional_encoder(2 * LATENT_DIM, batch_norm=config.batch_norm)
            return
        self.stack = ResidualStack(
            PIXELS,
            2 * LATENT_DIM,
            width=config.hidden,
            blocks=config.encoder_blocks,
            batch_norm=config.batch_norm,
        )

    def forward(self, images: Tensor) -> Posterior:  # (n, 784) -> 2 x (n, 2)
        mean, log_variance = self.stack(images).float().chunk(2, dim=1)
        if not self.variational:
            return Posterior(mean, torch.full_like(mean, -torch.inf))
        return Posterior(mean, log_variance.clamp(*LOG_VARIANCE_RANGE))


class VAE(nn.Module):
    """Encoder and decoder with their configuration; `decode` returns logits, never probabilities."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        lookup = config.encoder == "lookup"
        self.encoder: Encoder | LookupEncoder = LookupEncoder(config) if lookup else Encoder(config)
        self.decoder: nn.Module
        if config.convolutional:
            self.decoder = convolutional_decoder(LATENT_DIM, batch_norm=config.batch_norm)
            return
        self.decoder = ResidualStack(
            LATENT_DIM,
            PIXELS,
            width=config.hidden,
            blocks=config.decoder_blocks,
            batch_norm=config.batch_norm,
        )

    def encode(self, images: Tensor) -> Posterior:
        """Posterior of images of shape (n, 784) with grey values in [0, 1]: one pass of the encoder."""
        return Posterior(*self.encoder(images))

    def decode(self, z: Tensor) -> Tensor:
        """Bernoulli logits of shape (n, 784) for latent points of shape (n, 2)."""
        return cast(Tensor, self.decoder(z)).float()

    def forward(self, images: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Posterior]:
        """Logits (n, 784) of one posterior sample per image, and the posterior."""
        posterior = self.encode(images)
        return self.decode(reparameterise(posterior, generator)), posterior


def probabilities(logits: Tensor) -> Tensor:
    """Ink probability of every pixel, in [0, 1], same shape."""
    return torch.sigmoid(logits)


def as_grey(ink: Tensor) -> Tensor:
    """Ink probabilities as grey values: uint8, 0 to 255, same shape and device."""
    return ink.mul(255).round().to(torch.uint8)


@torch.inference_mode()
def decode_all(model: VAE, z: Tensor, batch_size: int = 1000) -> Tensor:
    """Pictures of latent points (n, 2) on the model's device: grey values, uint8 (n, 784), there."""
    return torch.cat([as_grey(probabilities(model.decode(batch))) for batch in torch.split(z, batch_size)])


@torch.inference_mode()
def encode_all(model: VAE, images: Tensor, batch_size: int = 1000) -> Posterior:
    """Posterior of every image of shape (n, 784) with grey values in [0, 1], on the CPU."""
    device = next(model.parameters()).device
    batches = [model.encode(batch.to(device)) for batch in torch.split(images, batch_size)]
    return Posterior(
        torch.cat([batch.mean for batch in batches]).cpu(),
        torch.cat([batch.log_variance for batch in batches]).cpu(),
    )
