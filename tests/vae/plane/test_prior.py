import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, multivariate_normal, uniform

from vae.plane import prior
from vae.plane.box import Box


def test_prior_density_is_the_standard_normal() -> None:
    z = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    np.testing.assert_allclose(prior.prior_density(z), multivariate_normal([0, 0]).pdf(z), rtol=1e-6)


@given(st.integers(0, 1000), st.floats(0.01, 20), st.floats(-0.99, 0.99))
def test_fitted_draws_have_the_moments_of_the_codes(seed, width, correlation) -> None:
    covariance = np.array([[width**2, correlation * width], [correlation * width, 1.0]])
    generator = np.random.default_rng(seed)
    means = generator.multivariate_normal([3.0, -5.0], covariance, size=400).astype(np.float32)
    draws = prior.fitted_draws(means, 20_000, seed).numpy()
    spread = np.sqrt(np.diag(np.cov(means.T)))
    assert (np.abs(draws.mean(axis=0) - means.mean(axis=0)) < 0.05 * spread).all()
    np.testing.assert_allclose(np.cov(draws.T) / np.outer(spread, spread), np.corrcoef(means.T), atol=0.06)


def test_fitted_draws_of_codes_that_already_are_the_prior_are_the_priors() -> None:
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float32) * np.sqrt(0.75)  # covariance I
    np.testing.assert_allclose(
        prior.fitted_draws(corners, 50, seed=3), prior.prior_draws(50, seed=3), atol=1e-6
    )


def test_box_draws_are_even_over_the_box_and_the_same_for_the_same_seed() -> None:
    box = Box(-3.0, 5.0, 10.0, 11.0)
    draws = prior.box_draws(box, 20_000, seed=2).numpy()
    np.testing.assert_array_equal(draws, prior.box_draws(box, 20_000, seed=2).numpy())
    for axis, (low, high) in enumerate(((box.left, box.right), (box.bottom, box.top))):
        assert kstest(draws[:, axis], uniform(low, high - low).cdf).pvalue > 0.001
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.03
