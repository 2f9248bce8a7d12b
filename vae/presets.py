"""The named recipes of `python -m vae train --preset …`."""

from __future__ import annotations

from typing import NamedTuple

from vae.config import ModelConfig, TrainingConfig


class Preset(NamedTuple):
    model: ModelConfig
    training: TrainingConfig


PRESETS = {
    "vae": Preset(ModelConfig(), TrainingConfig()),
    "autoencoder": Preset(ModelConfig(variational=False), TrainingConfig()),
}
