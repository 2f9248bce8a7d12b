"""The networks on another device than the CPU, without a GPU: torch's `meta` computes shapes alone.

Like a GPU it refuses to compute with what was left on the CPU.
"""

from __future__ import annotations

import pytest
import torch

from vae.config import ModelConfig
from vae.model.network import VAE, decode_all
from vae.training.presets import PRESETS

ELSEWHERE = torch.device("meta")
KINDS = {
    "vae": PRESETS["vae"].model,
    "autoencoder": PRESETS["autoencoder"].model,
    "lookup": ModelConfig(encoder="lookup", places=55, hidden=32),
    "batch_norm": ModelConfig(batch_norm=True, hidden=32),
    "convolutional": ModelConfig(convolutional=True, hidden=32),
}


@pytest.fixture(params=KINDS)
def config(request: pytest.FixtureRequest) -> ModelConfig:
    config = KINDS[request.param]
    assert config is not None
    return config


@pytest.fixture
def model(config: ModelConfig) -> VAE:
    return VAE(config).to(ELSEWHERE).eval()


def test_pictures_are_drawn_there(model: VAE) -> None:
    pictures = decode_all(model, torch.zeros(1030, 2, device=ELSEWHERE))
    assert pictures.device == ELSEWHERE
    assert (pictures.dtype, pictures.shape) == (torch.uint8, (1030, 784))


def test_images_are_encoded_there(model: VAE) -> None:
    posterior = model.encode(torch.zeros(1030, 784, device=ELSEWHERE))
    assert {part.device for part in posterior} == {ELSEWHERE}
    assert {part.shape for part in posterior} == {(1030, 2)}


def test_what_stays_behind_is_noticed(model: VAE) -> None:
    """That these tests can fail."""
    with pytest.raises(RuntimeError, match="device"):
        decode_all(model, torch.zeros(5, 2))
    with pytest.raises(RuntimeError, match="device"):
        model.encode(torch.zeros(5, 784))
