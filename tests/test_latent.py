import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

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
