import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal

from tests.everywhere import log_likelihood, true_posterior
from vae.config import ModelConfig
from vae.measure import evidence, inversion
from vae.model.network import VAE, Posterior


@pytest.fixture
def images() -> torch.Tensor:
    return (torch.rand(6, 784, generator=torch.Generator().manual_seed(0)) < 0.2).float()


def linear_decoder(scale: float) -> inversion.Decoder:
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1)) * scale
    return lambda z: z @ weight - 1.5


def test_log_likelihoods_agree_with_torch_distributions(images) -> None:
    logits = torch.randn(5, 784, generator=torch.Generator().manual_seed(2)) * 3
    oracle = Independent(Bernoulli(logits=logits[None]), 1).log_prob(images[:, None])
    torch.testing.assert_close(inversion.log_likelihoods(logits, images), oracle, rtol=1e-5, atol=1e-3)


def test_log_prior_agrees_with_torch_distributions() -> None:
    z = torch.randn(5, 2)
    oracle = Independent(Normal(torch.zeros(2), torch.ones(2)), 1).log_prob(z)
    torch.testing.assert_close(inversion.log_prior(z), oracle)


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0])
def test_the_mode_is_a_stationary_point_of_the_joint_density(images, scale) -> None:
    decoder = linear_decoder(scale)
    mean, _ = inversion.invert(decoder, images)
    z = mean.double().requires_grad_(True)
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1)).double() * scale
    joint = Independent(Bernoulli(logits=z @ weight - 1.5), 1).log_prob(images.double())
    (joint - 0.5 * z.square().sum(dim=1)).sum().backward()
    curvature = (weight @ weight.T).diagonal().sqrt()
    assert (z.grad.abs() < 0.02 * (1 + curvature)).all()


def test_the_gaussian_is_the_true_posterior_where_that_is_nearly_gaussian(images) -> None:
    decoder = linear_decoder(0.3)
    mean, log_variance = inversion.invert(decoder, images)
    true_mean, true_deviation = true_posterior(decoder, images, spacing=0.01)
    deviation = torch.exp(0.5 * log_variance)
    torch.testing.assert_close(mean, true_mean, rtol=0, atol=0.2 * float(true_deviation.max()))
    torch.testing.assert_close(deviation, true_deviation, rtol=0.15, atol=0)


def test_the_best_gaussian_of_an_image_nearly_closes_the_gap_to_the_evidence(images) -> None:
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16, decoder_blocks=1)).eval()
    for parameter in model.decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    best = Posterior(*inversion.invert(model.decode, images))
    bound = evidence.elbo_of(model.decode, best, images, samples=200).elbo
    exact = float(log_likelihood(model.decode, images, 0.02).mean())
    assert exact - 0.5 < bound < exact + 0.02
