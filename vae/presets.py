"""The named recipes of `python -m vae train --preset …`."""

from __future__ import annotations

from typing import NamedTuple

from vae.config import ModelConfig, TrainingConfig


class Preset(NamedTuple):
    model: ModelConfig | None  # None: the classifier
    training: TrainingConfig
    file: str  # in checkpoints/


# docs/flagship.md says how the flagship's settings were chosen.
PRESETS = {
    "flagship": Preset(
        ModelConfig(decoder_blocks=6, inference="inversion"),
        TrainingConfig(epochs=15, lattice_epochs=30, learning_rate=3e-3),
        "vae.pt",
    ),
    "vae": Preset(ModelConfig(), TrainingConfig(), "vae.pt"),
    "autoencoder": Preset(
        ModelConfig(variational=False, hidden=240), TrainingConfig(learning_rate=3e-3), "autoencoder.pt"
    ),
    "classifier": Preset(
        None,
        TrainingConfig(epochs=12, learning_rate=4e-3, batch_size=200, averaging=0.995),
        "classifier.pt",
    ),
}
