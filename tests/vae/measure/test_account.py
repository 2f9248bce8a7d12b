"""The account of one image: every term by a second method, and the gaps as they must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from vae.data import binarised_test_images
from vae.datasets.small import small_digits
from vae.measure.account import SIDE, Account, Gaussian, account, best_gaussian, expected_log_likelihood
from vae.measure.inversion import log_likelihoods, log_prior
from vae.measure.outlook import Outlook, outlook
from vae.model.checkpoint import load
from vae.model.network import VAE

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"


@pytest.fixture(scope="module")
def model() -> VAE:
    return load(CHECKPOINTS / "ladder" / "beta-2.pt").build()


@pytest.fixture(scope="module")
def known(model: VAE) -> Outlook:
    return outlook(model.decode, 5.5)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    digits = torch.from_numpy(small_digits().images[:20])
    return binarised_test_images(torch.cat([digits, torch.zeros(1, 784, dtype=torch.uint8)]))


@pytest.fixture(scope="module")
def accounts(model: VAE, known: Outlook, images: torch.Tensor) -> list[Account]:
    return [account(model, image, known) for image in images]


def test_the_terms_of_the_elbo_agree_with_samples_and_torch_distributions(
    model: VAE, images: torch.Tensor, accounts: list[Account]
) -> None:
    for image, one in zip(images, accounts, strict=True):
        mean, deviation = (torch.from_numpy(part).float() for part in one.encoder)
        q, prior = Normal(mean, deviation), Normal(torch.zeros(2), torch.ones(2))
        assert one.kl == pytest.approx(
            float(kl_divergence(Independent(q, 1), Independent(prior, 1))), abs=1e-3
        )
        torch.manual_seed(0)
        with torch.inference_mode():
            drawn = log_likelihoods(model.decode(q.sample((4000,))), image[None])[0].double()
        error = float(drawn.std() / len(drawn) ** 0.5)
        assert -one.reconstruction == pytest.approx(float(drawn.mean()), abs=5 * error + 0.02)
        assert one.elbo == pytest.approx(-one.reconstruction - one.kl)


def test_the_encoder_is_that_of_the_model(model: VAE, images: torch.Tensor, accounts: list[Account]) -> None:
    posterior = model.encode(images)
    for k, one in enumerate(accounts):
        np.testing.assert_allclose(one.encoder.mean, posterior.mean[k].numpy(), atol=1e-5)
        np.testing.assert_allclose(
            one.encoder.deviation, posterior.log_variance[k].mul(0.5).exp().numpy(), rtol=1e-4
        )


def test_no_gap_is_negative_and_both_add_up(accounts: list[Account]) -> None:
    for one in accounts:
        assert one.approximation_gap >= 0
        assert one.amortisation_gap >= 0
        assert one.elbo + one.amortisation_gap + one.approximation_gap == pytest.approx(one.log_likelihood)


def test_no_gradient_leads_on_from_the_best_gaussian(
    model: VAE, images: torch.Tensor, accounts: list[Account]
) -> None:
    """Stochastic gradient ascent on the same ELBO, by reparameterised samples, gains next to nothing."""
    for image, one in zip(images[:5], accounts, strict=False):
        mean = torch.tensor(one.best.mean, dtype=torch.float32, requires_grad=True)
        log_deviation = torch.tensor(np.log(one.best.deviation), dtype=torch.float32, requires_grad=True)
        scale = torch.from_numpy(one.best.deviation).float()
        noise = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1))
        noise = torch.cat([noise, -noise])

        def bound(mean=mean, log_deviation=log_deviation, noise=noise, image=image) -> torch.Tensor:
            z = mean + log_deviation.exp() * noise
            height = log_likelihoods(model.decode(z), image[None])[0] + log_prior(z)
            return height.mean() + log_deviation.sum() + float(np.log(2 * np.pi * np.e))

        start = float(bound().detach())
        assert start == pytest.approx(one.best_elbo, abs=0.05)
        optimiser = torch.optim.Adam([mean, log_deviation], lr=0.05 * float(scale.min()))
        for _ in range(15):
            optimiser.zero_grad()
            (-bound()).backward()
            optimiser.step()
        assert float(bound().detach()) - start < 0.03


def test_the_posterior_is_that_of_a_fine_lattice(
    model: VAE, images: torch.Tensor, accounts: list[Account]
) -> None:
    for image, one in zip(images[:6], accounts, strict=False):
        z1, z2 = one.window.centres(SIDE, SIDE)
        points = torch.from_numpy(np.stack(np.meshgrid(z1, z2[::-1]), axis=-1).reshape(-1, 2)).float()
        with torch.inference_mode():
            height = log_likelihoods(model.decode(points), image[None])[0] + log_prior(points)
        density = (height - height.max()).exp().reshape(SIDE, SIDE).numpy()
        difference = np.abs(one.posterior - density)
        assert difference.max() < 0.1, "a cell is as large as the lattice's, far from the peak"
        assert difference.mean() < 0.005
        area = (one.window.right - one.window.left) ** 2 / SIDE**2
        held = float((height.double() - one.log_likelihood).exp().sum()) * area
        assert one.elsewhere == pytest.approx(1 - held, abs=0.05)
        first, second = one.levels
        shares = [float(density[density >= level].sum() / density.sum()) for level in (first, second)]
        assert shares == pytest.approx([0.393, 0.865], abs=0.05)


def test_of_a_gaussian_posterior_the_best_gaussian_is_itself() -> None:
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1)) * 0.02

    def decoder(z: torch.Tensor) -> torch.Tensor:
        return 8 * (z @ weight)

    image = (torch.rand(784, generator=torch.Generator().manual_seed(2)) < 0.5).float()
    start = Gaussian(np.zeros(2), np.full(2, 0.3))
    found, elbo, _ = best_gaussian(decoder, image, start)
    again, same, _ = best_gaussian(decoder, image, Gaussian(np.array([0.3, -0.2]), np.array([0.15, 0.5])))
    np.testing.assert_allclose(found.mean, again.mean, atol=2e-3)
    np.testing.assert_allclose(found.deviation, again.deviation, rtol=0.01)
    assert elbo == pytest.approx(same, abs=2e-3)


def test_the_rule_is_exact_for_polynomials() -> None:
    def decoder(z: torch.Tensor) -> torch.Tensor:
        return z[:, :1].pow(4).expand(-1, 784)

    gaussian = Gaussian(np.array([0.5, 0.0]), np.array([0.2, 1.0]))
    fourth = 0.5**4 + 6 * 0.5**2 * 0.2**2 + 3 * 0.2**4
    with_ink = expected_log_likelihood(decoder, torch.ones(784), gaussian)
    without = expected_log_likelihood(decoder, torch.zeros(784), gaussian)
    assert with_ink - without == pytest.approx(784 * fourth, rel=1e-4)
