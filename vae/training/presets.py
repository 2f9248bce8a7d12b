"""The named recipes of `python -m vae train --preset …`."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from vae.config import ModelConfig, TrainingConfig
from vae.model import ladder


class Preset(NamedTuple):
    model: ModelConfig | None  # None: the classifier
    training: TrainingConfig
    file: str  # in checkpoints/


# docs/model.md says how the settings of "vae" were chosen.
PRESETS = {
    "vae": Preset(
        ModelConfig(encoder="lookup", places=2584, decoder_blocks=6),
        TrainingConfig(
            epochs=100, batch_size=500, learning_rate=4e-3, warm_up=0.1, smoothness=7e-4, tied=0.8
        ),
        "vae.pt",
    ),
    "autoencoder": Preset(
        ModelConfig(variational=False, hidden=240),
        TrainingConfig(epochs=60, learning_rate=3e-3),
        ladder.file(0),
    ),
    "classifier": Preset(
        None,
        TrainingConfig(epochs=3, learning_rate=4e-3, batch_size=200, averaging=0.98),
        "classifier.pt",
    ),
}


def rung(beta: float) -> Preset:
    """The recipe of a rung of the ladder: the autoencoder's with noise and the KL divergence beta times.

    Rung 1 is trained from the start, for as many steps as the autoencoder; the others go on from their
    neighbour, for fewer and smaller steps, so that the map stays where it is.
    """
    autoencoder = PRESETS["autoencoder"]
    if beta == 0:
        return autoencoder
    assert autoencoder.model is not None
    training = replace(autoencoder.training, beta=beta)
    if ladder.neighbour(beta) is not None:
        training = replace(training, epochs=20, learning_rate=1e-3)
    return Preset(replace(autoencoder.model, variational=True), training, ladder.file(beta))
