"""Recipes of the training page: each shows one known lesson."""

from __future__ import annotations

from vae.config import ModelConfig, TrainingConfig
from vae.history.job import Job

SMALL = ModelConfig(hidden=120, encoder_blocks=1, decoder_blocks=1)
USUAL = TrainingConfig(epochs=15, batch_size=128, learning_rate=3e-3)

RECIPES = {
    "vae": Job(SMALL, USUAL, recipe="vae"),
    "lecture": Job(ModelConfig(hidden=400, encoder_blocks=0, decoder_blocks=0), USUAL, recipe="lecture"),
}
