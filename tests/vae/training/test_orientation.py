"""Signed permutations of the axes: found again, and without any effect on what the model computes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae.config import ModelConfig
from vae.model.network import VAE
from vae.model.objective import kl_divergence
from vae.training.orientation import best_orientation, oriented, signed_permutations, written

PERMUTATIONS = signed_permutations()


def test_there_are_eight_different_ones_and_all_are_orthogonal() -> None:
    assert len({tuple(matrix.flatten().tolist()) for matrix in PERMUTATIONS}) == 8
    for matrix in PERMUTATIONS:
        torch.testing.assert_close(matrix @ matrix.T, torch.eye(2))
    torch.testing.assert_close(PERMUTATIONS[0], torch.eye(2))


@given(st.integers(0, 7), st.integers(0, 1000), st.floats(0.1, 50), st.floats(-5, 5))
def test_the_orientation_of_a_cloud_is_found_whatever_its_size_and_place(which, seed, scale, shift) -> None:
    reference = np.random.default_rng(seed).normal(size=(200, 2)) * (1.0, 3.0)
    turned = scale * reference @ PERMUTATIONS[which].numpy() + shift  # undone by P itself
    found = best_orientation(turned.astype(np.float32), reference.astype(np.float32))
    assert found.tolist() == PERMUTATIONS[which].tolist()


@pytest.mark.parametrize("orientation", PERMUTATIONS, ids=written)
@pytest.mark.parametrize("variational", [True, False])
def test_an_oriented_model_is_the_same_model_under_other_names(orientation, variational) -> None:
    torch.manual_seed(0)
    config = ModelConfig(hidden=24, encoder_blocks=1, decoder_blocks=1, variational=variational)
    model, turned = VAE(config).eval(), VAE(config).eval()
    turned.load_state_dict(oriented(model.state_dict(), orientation))
    images = torch.rand(30, 784)
    ours, theirs = model.encode(images), turned.encode(images)
    torch.testing.assert_close(theirs.mean, ours.mean @ orientation.T)
    torch.testing.assert_close(theirs.log_variance, ours.log_variance[:, orientation.abs().argmax(dim=1)])
    torch.testing.assert_close(turned.decode(theirs.mean), model.decode(ours.mean))
    if variational:
        torch.testing.assert_close(kl_divergence(*theirs), kl_divergence(*ours))


def test_it_is_written_as_what_the_new_axes_are() -> None:
    assert written(torch.eye(2)) == "z1, z2 := z1, z2"
    assert written(torch.tensor([[0.0, -1.0], [1.0, 0.0]])) == "z1, z2 := -z2, z1"
