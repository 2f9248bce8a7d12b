"""The named recipes of `python -m vae train --preset …`."""

from __future__ import annotations

from typing import NamedTuple

from vae.config import ModelConfig, TrainingConfig


class Preset(NamedTuple):
    model: ModelConfig | None  # None: the classifier
    training: TrainingConfig


PRESETS = {
    "vae": Preset(ModelConfig(), TrainingConfig()),
    "autoencoder": Preset(ModelConfig(variational=False), TrainingConfig()),
    "classifier": Preset(
        None, TrainingConfig(epochs=12, learning_rate=4e-3, batch_size=200, averaging=0.995)
    ),
}
