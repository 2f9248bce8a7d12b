"""The network: a residual encoder to two latent dimensions and a residual decoder back to 784 pixels.

The plain autoencoder is the same network with `ModelConfig.variational` switched off.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from vae.config import LATENT_DIM, PIXELS, SIDE, ModelConfig
from vae.model.inversion import invert


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


class ResidualBlock(nn.Module):
    """x + W2 silu(W1 norm(x)): pre-norm, so that a deep stack starts near the identity."""

    def __init__(self, width: int, batch_norm: bool) -> None:
        super().__init__()
        self.norm: nn.Module = nn.BatchNorm1d(width) if batch_norm else nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:  # (n, width) -> (n, width)
        inner: Tensor = self.inner(self.norm(x))
        return x + cast(Tensor, self.outer(nn.functional.silu(inner)))


class ResidualStack(nn.Module):
    """Linear in, residual blocks, norm, linear out; shared by the encoder and the decoder."""

    def __init__(self, inputs: int, outputs: int, blocks: int, config: ModelConfig) -> None:
        super().__init__()
        width = config.hidden
        self.first = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, config.batch_norm) for _ in range(blocks)))
        self.norm: nn.Module = nn.BatchNorm1d(width) if config.batch_norm else nn.LayerNorm(width)
        self.last = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (n, inputs) -> (n, outputs)
        hidden = self.blocks(self.first(x))
        return cast(Tensor, self.last(nn.functional.silu(self.norm(hidden))))


class ConvolutionalFeatures(nn.Module):
    """Three strided convolutions from a picture to 4 x 4 maps: strokes before places."""

    OUTPUTS = 128 * 4 * 4

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1),  # (n, 32, 14, 14)
            nn.SiLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),  # (n, 64, 7, 7)
            nn.SiLU(),
            nn.Conv2d(64, 128, 3, stride=2, padding=1),  # (n, 128, 4, 4)
            nn.SiLU(),
        )

    def forward(self, images: Tensor) -> Tensor:  # (n, 784) -> (n, 2048)
        return cast(Tensor, self.layers(images.view(-1, 1, SIDE, SIDE))).flatten(1)


class Encoder(nn.Module):
    """q(z | x): pictures to latent means and log-variances."""

    # Wider or narrower posteriors than these do not occur; the clamp keeps a first bad step finite.
    LOG_VARIANCE_RANGE = (-14.0, 4.0)

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.variational = config.variational
        convolutional = config.encoder == "conv"
        self.features: nn.Module = ConvolutionalFeatures() if convolutional else nn.Identity()
        inputs = ConvolutionalFeatures.OUTPUTS if convolutional else PIXELS
        self.stack = ResidualStack(inputs, 2 * LATENT_DIM, config.encoder_blocks, config)

    def forward(self, images: Tensor) -> Posterior:  # (n, 784) -> 2 x (n, 2)
        mean, log_variance = self.stack(self.features(images)).float().chunk(2, dim=1)
        if not self.variational:
            return Posterior(mean, torch.full_like(mean, -torch.inf))
        return Posterior(mean, log_variance.clamp(*self.LOG_VARIANCE_RANGE))


class VAE(nn.Module):
    """Encoder and decoder with their configuration; `decode` returns logits, never probabilities."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = ResidualStack(LATENT_DIM, PIXELS, config.decoder_blocks, config)

    def encode(self, images: Tensor) -> Posterior:
        """Posterior of images of shape (n, 784) with grey values in [0, 1].

        While training it is always the encoder's; afterwards Bayes' rule's, if the configuration says so.
        """
        if self.config.inference == "inversion" and not self.training:
            return Posterior(*invert(self.decode, images))
        return cast(Posterior, self.encoder(images))

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


@torch.inference_mode()
def encode_all(model: VAE, images: Tensor, batch_size: int = 1000) -> Posterior:
    """Posterior of every image of shape (n, 784) with grey values in [0, 1], on the CPU."""
    device = next(model.parameters()).device
    batches = [model.encode(batch.to(device)) for batch in torch.split(images, batch_size)]
    return Posterior(
        torch.cat([batch.mean for batch in batches]).cpu(),
        torch.cat([batch.log_variance for batch in batches]).cpu(),
    )
