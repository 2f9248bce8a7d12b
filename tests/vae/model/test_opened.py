"""`vae.load`, used as from a notebook."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import vae
from vae.model.checkpoint import CheckpointError
from vae.model.network import probabilities


@pytest.fixture(scope="module")
def model():
    return vae.load(Path(__file__).parents[3] / "checkpoints" / "vae.pt")


def test_a_point_becomes_a_picture_and_the_picture_a_point(model) -> None:
    point = model.latents.means[0]
    picture = model.decode(point)
    assert picture.shape == (28, 28)
    mean, log_variance = model.encode(picture)
    assert mean.shape == log_variance.shape == (2,)
    assert np.isfinite(log_variance).all()


def test_arrays_give_arrays_and_tensors_the_networks_own_numbers(model) -> None:
    z = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(0))
    pictures = model.decode(z)
    expected = probabilities(model.network.decode(z.view(12, 2))).view(3, 4, 28, 28)
    assert torch.equal(pictures, expected)
    np.testing.assert_array_equal(model.decode(z.numpy()), expected.numpy())
    np.testing.assert_array_equal(model.decode(z.tolist()), expected.numpy())
    mean, log_variance = model.encode(pictures)
    flat = model.encode(pictures.view(3, 4, 784).numpy())
    np.testing.assert_array_equal(mean.numpy(), flat[0])
    np.testing.assert_array_equal(log_variance.numpy(), flat[1])
    assert mean.shape == (3, 4, 2)


def test_bytes_are_grey_values_of_255(model) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (5, 784), dtype=np.uint8)
    np.testing.assert_array_equal(model.encode(grey)[0], model.encode((grey / 255).astype(np.float32))[0])


def test_what_does_not_fit_is_said(model) -> None:
    with pytest.raises(ValueError, match="Latent points"):
        model.decode([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="Images have the shape"):
        model.encode(np.zeros((27, 27)))
    for wrong in (255.0, -0.1, np.nan):
        with pytest.raises(ValueError, match="from 0 to 1"):
            model.encode(np.full(784, wrong))
    with pytest.raises(CheckpointError, match="does not exist"):
        vae.load("nowhere.pt")


def test_a_constant_does_not_cost_the_import_of_torch() -> None:
    code = "import sys, vae, vae.config; raise SystemExit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
