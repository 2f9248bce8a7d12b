"""Recipes of the training page: each shows one known lesson."""

from __future__ import annotations

from vae.config import ModelConfig, TrainingConfig
from vae.history.job import Job

SMALL = ModelConfig(hidden=128, encoder_blocks=1, decoder_blocks=1)
USUAL = TrainingConfig(epochs=15, batch_size=128, learning_rate=3e-3)

RECIPES = {
    "vae": Job(SMALL, USUAL, recipe="vae"),
}
