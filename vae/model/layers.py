"""What encoder and decoder are made of: residual blocks of fully connected layers, or convolutions."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from vae.config import SIDE

# Of a posterior. Wider or narrower ones do not occur; the clamp keeps a first bad step finite.
LOG_VARIANCE_RANGE = (-14.0, 4.0)

# Of a convolutional network, as large as the VAE example of Keras (keras.io, "Variational AutoEncoder"):
SHALLOW, DEEP = 32, 64  # channels
DENSE = 16  # units between the convolutions and the posterior
SMALLEST = SIDE // 4  # side of the picture after two steps of two


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
    """Linear in, residual blocks, norm, linear out."""

    def __init__(self, inputs: int, outputs: int, *, width: int, blocks: int, batch_norm: bool) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, batch_norm) for _ in range(blocks)))
        self.norm: nn.Module = nn.BatchNorm1d(width) if batch_norm else nn.LayerNorm(width)
        self.last = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (n, inputs) -> (n, outputs)
        hidden = self.blocks(self.first(x))
        return cast(Tensor, self.last(nn.functional.silu(self.norm(hidden))))


def convolutional_encoder(outputs: int, *, batch_norm: bool) -> nn.Sequential:
    """(n, 784) -> (n, outputs): two convolutions, 3 x 3, in steps of two, and a dense layer."""
    return nn.Sequential(
        nn.Unflatten(1, (1, SIDE, SIDE)),
        nn.Conv2d(1, SHALLOW, 3, stride=2, padding=1),
        *_activated(SHALLOW, batch_norm),
        nn.Conv2d(SHALLOW, DEEP, 3, stride=2, padding=1),
        *_activated(DEEP, batch_norm),
        nn.Flatten(),
        nn.Linear(SMALLEST * SMALLEST * DEEP, DENSE),
        nn.ReLU(),
        nn.Linear(DENSE, outputs),
    )


def convolutional_decoder(inputs: int, *, batch_norm: bool) -> nn.Sequential:
    """(n, inputs) -> (n, 784): a dense layer, two transposed convolutions in steps of two, one without."""
    return nn.Sequential(
        nn.Linear(inputs, SMALLEST * SMALLEST * DEEP),
        nn.ReLU(),
        nn.Unflatten(1, (DEEP, SMALLEST, SMALLEST)),
        _doubling(DEEP, DEEP),
        *_activated(DEEP, batch_norm),
        _doubling(DEEP, SHALLOW),
        *_activated(SHALLOW, batch_norm),
        nn.ConvTranspose2d(SHALLOW, 1, 3, padding=1),
        nn.Flatten(),
    )


def _doubling(channels: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(channels, outputs, 3, stride=2, padding=1, output_padding=1)


def _activated(channels: int, batch_norm: bool) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU()] if batch_norm else [nn.ReLU()]
