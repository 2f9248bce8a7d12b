"""A checkpoint opened for use from Python: pictures and posteriors of arrays or tensors of any shape."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vae.config import LATENT_DIM, PIXELS, SIDE
from vae.device import choose_device
from vae.model import checkpoint as checkpoints
from vae.model.checkpoint import Checkpoint, Latents
from vae.model.network import VAE, probabilities

Numbers = Tensor | NDArray[np.float32]  # what comes back: tensors for a tensor, arrays for anything else


class Model:
    """A network on its device with what its file records; made by `vae.load`."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self.checkpoint = checkpoint
        self.device = device
        self.network: VAE = checkpoint.build(device)  # frozen, in evaluation mode; for gradients and logits

    @property
    def figures(self) -> Mapping[str, float]:
        """What was measured on the test set, in nats where the name says so."""
        return self.checkpoint.figures

    @property
    def latents(self) -> Latents:
        """Latent means, log-variances and labels of the 10,000 test digits."""
        return self.checkpoint.latents

    @torch.no_grad()
    def decode(self, z: Tensor | ArrayLike) -> Numbers:
        """Pictures (…, 28, 28), probability of ink in [0, 1], of points (…, 2).

        Raises ValueError for another shape.
        """
        points = as_tensor(z).float()
        if points.shape[-1:] != (LATENT_DIM,):
            raise ValueError(f"Latent points have the shape (…, {LATENT_DIM}), not {tuple(points.shape)}.")
        pictures = probabilities(self.network.decode(points.reshape(-1, LATENT_DIM).to(self.device)))
        return like(z, pictures.view(*points.shape[:-1], SIDE, SIDE))

    @torch.no_grad()
    def encode(self, x: Tensor | ArrayLike) -> tuple[Numbers, Numbers]:
        """Latent mean and log-variance, each (…, 2), of images (…, 28, 28) or (…, 784): the encoder, once.

        Grey values are numbers in [0, 1] or uint8 in 0 to 255. The log-variance of a plain autoencoder is
        minus infinity. Raises ValueError for another shape or range.
        """
        images = as_tensor(x)
        leading = images.shape[: -2 if images.shape[-2:] == (SIDE, SIDE) else -1]
        if images.numel() != leading.numel() * PIXELS:
            raise ValueError(
                f"Images have the shape (…, {SIDE}, {SIDE}) or (…, {PIXELS}), not {tuple(images.shape)}."
            )
        grey = images.float() / 255 if images.dtype == torch.uint8 else images.float()
        if not bool(((grey >= 0) & (grey <= 1)).all()):
            raise ValueError("Grey values are numbers from 0 to 1, or uint8 from 0 to 255.")
        mean, log_variance = self.network.encode(grey.reshape(-1, PIXELS).to(self.device))
        shape = (*leading, LATENT_DIM)
        return like(x, mean.view(shape)), like(x, log_variance.view(shape))


def open_model(path: str | os.PathLike[str], device: str) -> Model:
    """Read a checkpoint onto a device. Raises CheckpointError and DeviceError."""
    return Model(checkpoints.load(Path(path)), choose_device(device))


def as_tensor(values: Tensor | ArrayLike) -> Tensor:
    return values if isinstance(values, Tensor) else torch.from_numpy(np.array(values))


def like(given: Tensor | ArrayLike, tensor: Tensor) -> Numbers:
    """A tensor as what was given: on its device, or as an array."""
    return tensor.to(given.device) if isinstance(given, Tensor) else tensor.cpu().numpy()
