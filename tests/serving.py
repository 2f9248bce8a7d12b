"""Small real checkpoints, and servers to talk to, for the tests of the serving side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from vae import checkpoint
from vae.config import ModelConfig, TrainingConfig
from vae.model import VAE


def write_checkpoint(path: Path, seed: int = 0, digits: int = 50) -> VAE:
    """Save a small, untrained, but real model to `path`; its pictures differ from point to point."""
    config = ModelConfig(hidden=32, encoder_blocks=0, decoder_blocks=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = VAE(config).eval()
        for parameter in model.decoder.parameters():
            torch.nn.init.normal_(parameter, std=0.6)
    rng = np.random.default_rng(seed)
    latents = checkpoint.Latents(
        means=rng.normal(size=(digits, 2)).astype(np.float32),
        log_variances=rng.normal(size=(digits, 2)).astype(np.float32),
        labels=rng.integers(0, 10, digits).astype(np.uint8),
    )
    saved = checkpoint.Checkpoint(config, TrainingConfig(seed=seed), model.state_dict(), latents)
    checkpoint.save(saved, path)
    return saved.build()
