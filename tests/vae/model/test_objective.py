import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from vae.model import objective


@pytest.fixture
def logits_and_images() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(7, 784, generator=generator) * 4
    return logits, (torch.rand(7, 784, generator=generator) < 0.3).float()


def test_bernoulli_reconstruction_is_the_negative_log_likelihood(logits_and_images) -> None:
    logits, images = logits_and_images
    oracle = -Independent(Bernoulli(logits=logits.double()), 1).log_prob(images.double())
    torch.testing.assert_close(
        objective.bernoulli_reconstruction(logits, images).double(), oracle, rtol=1e-5, atol=1e-3
    )


def test_mse_reconstruction_is_a_gaussian_with_variance_one_half_up_to_a_constant(logits_and_images) -> None:
    logits, images = logits_and_images
    gaussian = Independent(Normal(torch.sigmoid(logits), math.sqrt(0.5)), 1)
    constant = 784 * 0.5 * math.log(math.pi)
    torch.testing.assert_close(
        objective.mse_reconstruction(logits, images),
        -gaussian.log_prob(images) - constant,
        rtol=1e-4,
        atol=1e-2,
    )


def test_reconstruction_follows_the_chosen_likelihood(logits_and_images) -> None:
    for likelihood, term in (
        ("bernoulli", objective.bernoulli_reconstruction),
        ("mse", objective.mse_reconstruction),
    ):
        torch.testing.assert_close(
            objective.reconstruction(likelihood, *logits_and_images), term(*logits_and_images)
        )


def test_kl_divergence_agrees_with_torch_distributions() -> None:
    generator = torch.Generator().manual_seed(1)
    mean, log_variance = torch.randn(2, 50, 2, generator=generator, dtype=torch.float64)
    posterior = Independent(Normal(mean, torch.exp(0.5 * log_variance)), 1)
    prior = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    torch.testing.assert_close(objective.kl_divergence(mean, log_variance), kl_divergence(posterior, prior))


def test_negative_elbo_weighs_the_kl_divergence_by_beta() -> None:
    rec, kl = torch.tensor([10.0, 20.0]), torch.tensor([1.0, 3.0])
    assert objective.negative_elbo(rec, kl).item() == 17.0
    assert objective.negative_elbo(rec, kl, beta=4.0).item() == 23.0


def test_without_beta_an_infinite_kl_divergence_does_not_matter() -> None:
    assert objective.negative_elbo(torch.tensor([10.0]), torch.tensor([math.inf]), beta=0.0).item() == 10.0


@given(
    schedule=st.sampled_from(["constant", "linear", "cosine", "cyclical"]),
    beta=st.floats(0, 16),
    epoch=st.floats(0, 100),
    annealing=st.integers(0, 50),
)
def test_beta_schedules_stay_in_range_and_end_at_beta(schedule, beta, epoch, annealing) -> None:
    assert 0 <= objective.beta_at(schedule, beta, epoch, annealing) <= beta
    assert objective.beta_at(schedule, beta, annealing, annealing) == beta


def test_linear_and_cosine_schedules_begin_at_zero_and_meet_half_way() -> None:
    for schedule in ("linear", "cosine"):
        assert objective.beta_at(schedule, 4.0, 0, 10) == 0.0
        assert objective.beta_at(schedule, 4.0, 5, 10) == pytest.approx(2.0)
    assert objective.beta_at("linear", 4.0, 2, 10) == pytest.approx(0.8)
    assert objective.beta_at("cosine", 4.0, 2, 10) == pytest.approx(2 * (1 - math.cos(0.2 * math.pi)))
    assert objective.beta_at("constant", 4.0, 0, 10) == 4.0


def test_a_cyclical_schedule_is_the_papers() -> None:
    """Fu et al. 2019, equations 6 and 7, step by step: M = 4 cycles, R = 1/2, f linear."""
    steps, cycles, rising = 400, 4, 0.5
    for t in range(1, steps + 1):
        tau = ((t - 1) % math.ceil(steps / cycles)) / (steps / cycles)
        expected = tau / rising if tau <= rising else 1.0
        assert objective.beta_at("cyclical", 3.0, (t - 1) / 10, steps // 10) == pytest.approx(3 * expected)
    assert objective.beta_at("cyclical", 3.0, 40, 40) == 3.0


def test_squared_change_is_the_distance_of_two_pictures(logits_and_images) -> None:
    logits, _ = logits_and_images
    pictures = Bernoulli(logits=logits.double()).probs
    moved = Bernoulli(logits=(logits + 1).double()).probs
    oracle = torch.cdist(moved[:, None], pictures[:, None])[:, 0, 0] ** 2
    torch.testing.assert_close(objective.squared_change(logits, logits + 1).double(), oracle)
