import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from vae import latent
from vae.config import ModelConfig
from vae.model import VAE


def test_prior_density_is_the_standard_normal() -> None:
    z = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    np.testing.assert_allclose(latent.prior_density(z), multivariate_normal([0, 0]).pdf(z), rtol=1e-6)


def test_encode_all_does_not_depend_on_the_batch_size() -> None:
    model = VAE(ModelConfig(hidden=16)).eval()
    images = torch.rand(10, 784)
    whole = latent.encode_all(model, images)
    parts = latent.encode_all(model, images, batch_size=3)
    torch.testing.assert_close(whole.mean, parts.mean)
    torch.testing.assert_close(whole.log_variance, parts.log_variance)


@given(n=st.integers(1, 40), k=st.integers(1, 50), seed=st.integers(0, 100))
def test_nearest_agrees_with_sorting_everything(n, k, seed) -> None:
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(n, 2)).astype(np.float32)
    z = generator.normal(size=2).astype(np.float32)
    index, distance = latent.nearest(means, z, k)
    oracle = np.sort(np.hypot(*(means.astype(float) - z).T))[:k]
    np.testing.assert_allclose(distance, oracle, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*(means[index].astype(float) - z).T), distance)


def test_class_shares_count_labels() -> None:
    shares = latent.class_shares(np.array([3, 3, 3, 8], dtype=np.uint8))
    assert shares[3] == 0.75
    assert shares[8] == 0.25
    assert shares.sum() == 1


def test_square_lattice_runs_row_by_row_from_the_top_left() -> None:
    points = latent.square_lattice(3, 2.0)
    np.testing.assert_array_equal(points[:4], [[-2, 2], [0, 2], [2, 2], [-2, 0]])
    np.testing.assert_array_equal(points[-1], [2, -2])


def test_prior_lattice_cells_have_equal_mass() -> None:
    points = latent.prior_lattice(5).reshape(5, 5, 2)
    np.testing.assert_allclose(norm.cdf(points[0, :, 0]), [0.1, 0.3, 0.5, 0.7, 0.9], atol=1e-6)
    assert points[0, 0, 1] > points[-1, 0, 1]


@pytest.mark.parametrize("size", [2, 3, 5, 8, 610, 4181])
def test_fibonacci_lattice_fills_the_unit_square_evenly(size) -> None:
    unit = norm.cdf(latent.fibonacci_lattice(size, (0.3, 0.7)).astype(float))
    for axis in range(2):  # each axis holds every size-th exactly once, up to the shift
        gaps = np.diff(np.sort(unit[:, axis]))
        np.testing.assert_allclose(gaps, 1 / size, atol=1e-5)


def test_fibonacci_lattice_integrates_smooth_functions() -> None:
    z = latent.fibonacci_lattice(4181, (0.123, 0.456)).astype(float)
    assert np.cos(z @ [1.0, 0.5]).mean() == pytest.approx(math.exp(-0.5 * 1.25), abs=2e-3)
    assert (z**2).mean() == pytest.approx(1, abs=5e-3)


def test_fibonacci_lattice_refuses_other_sizes() -> None:
    with pytest.raises(ValueError, match="4182"):
        latent.fibonacci_lattice(4182)


def test_a_shift_onto_the_border_stays_finite() -> None:
    assert np.isfinite(latent.fibonacci_lattice(8, (0.0, 1.0))).all()
