import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from vae.config import ModelConfig
from vae.model.network import VAE
from vae.plane import neighbours as latent


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


@given(st.integers(0, 1000), st.floats(0.01, 20), st.floats(-0.99, 0.99))
def test_fitted_draws_have_the_moments_of_the_codes(seed, width, correlation) -> None:
    covariance = np.array([[width**2, correlation * width], [correlation * width, 1.0]])
    generator = np.random.default_rng(seed)
    means = generator.multivariate_normal([3.0, -5.0], covariance, size=400).astype(np.float32)
    draws = latent.fitted_draws(means, 20_000, seed).numpy()
    spread = np.sqrt(np.diag(np.cov(means.T)))
    assert (np.abs(draws.mean(axis=0) - means.mean(axis=0)) < 0.05 * spread).all()
    np.testing.assert_allclose(np.cov(draws.T) / np.outer(spread, spread), np.corrcoef(means.T), atol=0.06)


def test_fitted_draws_of_codes_that_already_are_the_prior_are_the_priors() -> None:
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float32) * np.sqrt(0.75)  # covariance I
    np.testing.assert_allclose(
        latent.fitted_draws(corners, 50, seed=3), latent.prior_draws(50, seed=3), atol=1e-6
    )


@given(n=st.integers(1, 40), k=st.integers(1, 50), seed=st.integers(0, 100))
def test_nearest_agrees_with_sorting_everything(n, k, seed) -> None:
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(n, 2)).astype(np.float32)
    z = generator.normal(size=2).astype(np.float32)
    index, distance = latent.nearest(means, z, k)
    oracle = np.sort(np.hypot(*(means.astype(float) - z).T))[:k]
    np.testing.assert_allclose(distance, oracle, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*(means[index].astype(float) - z).T), distance)


def test_digits_of_a_label_begin_with_the_typical_one_and_occur_once() -> None:
    means = np.array([[9, 9], [0, 0], [1, 1], [5, -5], [2, 2], [1.1, 1]], dtype=np.float32)
    labels = np.array([4, 3, 3, 4, 3, 3], dtype=np.uint8)
    # the median of the threes is (1.05, 1)
    assert latent.digits_of(means, labels, 3).tolist() in ([2, 4, 5, 1], [5, 1, 2, 4])
    assert latent.digits_of(means, labels, 4).tolist() in ([0, 3], [3, 0])
    assert latent.digits_of(means, labels, 7).tolist() == []


@given(seed=st.integers(0, 100), index=st.integers(0, 29))
def test_a_digit_is_found_at_its_own_rounded_mean_and_nowhere_else(seed, index) -> None:
    means = np.random.default_rng(seed).normal(size=(30, 2)).astype(np.float32)
    found = latent.digit_at(means, [round(float(z), 4) for z in means[index]])
    assert found == index
    assert latent.digit_at(means, means[index] + [0.001, 0]) in (None, *np.delete(np.arange(30), index))


def test_class_shares_count_labels() -> None:
    shares = latent.class_shares(np.array([3, 3, 3, 8], dtype=np.uint8))
    assert shares[3] == 0.75
    assert shares[8] == 0.25
    assert shares.sum() == 1
