import math

import pytest
import torch
from torch.distributions import Bernoulli, Independent

from tests.everywhere import log_likelihood, true_posterior
from vae.config import ModelConfig
from vae.measure import evidence
from vae.measure.inversion import Decoder, log_likelihoods, log_prior
from vae.model.network import VAE
from vae.plane.lattices import disc_lattice


@pytest.fixture
def images() -> torch.Tensor:
    return (torch.rand(6, 784, generator=torch.Generator().manual_seed(0)) < 0.2).float()


def linear_decoder(scale: float) -> tuple[torch.Tensor, Decoder]:
    """Logits linear in z: the joint density is smooth, and its marginal can be found by a second method."""
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1)) * scale
    return weight, lambda z: z @ weight - 1.5


def test_a_decoder_that_ignores_z_has_its_own_likelihood(images) -> None:
    logits = torch.linspace(-3, 1, 784)
    exact = log_likelihood(lambda z: logits.expand(len(z), -1), images, spacing=0.1)
    oracle = Independent(Bernoulli(logits=logits), 1).log_prob(images).double()
    torch.testing.assert_close(exact, oracle, rtol=0, atol=1e-3)


def test_quadrature_agrees_with_simple_monte_carlo(images) -> None:
    _, decoder = linear_decoder(0.1)
    z = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(3))
    samples = torch.cat([log_likelihoods(decoder(part), images) for part in z.split(20_000)], dim=1)
    monte_carlo = samples.double().logsumexp(dim=1) - math.log(len(z))
    exact = log_likelihood(decoder, images, spacing=0.05)
    torch.testing.assert_close(exact, monte_carlo, rtol=0, atol=0.03)


def test_the_chunk_size_does_not_matter(images) -> None:
    _, decoder = linear_decoder(0.3)
    torch.testing.assert_close(
        log_likelihood(decoder, images, 0.1, chunk=100),
        log_likelihood(decoder, images, 0.1, chunk=5000),
        rtol=0,
        atol=1e-3,
    )


def test_a_narrow_posterior_makes_the_spacing_shrink(images) -> None:
    _, decoder = linear_decoder(3.0)
    result = evidence.converged_log_likelihood(decoder, images, spacing=0.16)
    assert result.spacing < 0.16
    assert abs(result.log_likelihood - result.check) < evidence.CONVERGED
    assert result.check == pytest.approx(float(log_likelihood(decoder, images, 0.02).mean()), abs=0.01)


def test_the_finest_spacing_ends_a_hopeless_search(images) -> None:
    _, decoder = linear_decoder(200.0)
    result = evidence.converged_log_likelihood(decoder, images, spacing=0.16, finest=0.04)
    assert result.spacing == 0.08


def far_decoder(z: torch.Tensor) -> torch.Tensor:
    """One picture, the clearer the nearer z1 is to 10, as codes of an autoencoder lie."""
    picture = torch.linspace(-1, 1, 784)
    return -3 + (3 + picture) * torch.exp(-0.5 * ((z[:, :1] - 10) / 3).square())


def test_the_disc_widens_until_what_lies_beyond_no_longer_counts(images) -> None:
    result = evidence.converged_log_likelihood(far_decoder, images, spacing=0.08)
    assert result.radius > 5.5
    assert result.error < evidence.CONVERGED
    wider = log_likelihood(far_decoder, images, 0.08, radius=15.0)
    assert result.check == pytest.approx(float(wider.mean()), abs=0.01)
    assert result.check > 1 + float(log_likelihood(far_decoder, images, 0.08).mean())


def test_a_disc_that_may_not_grow_says_what_it_misses(images) -> None:
    result = evidence.converged_log_likelihood(far_decoder, images, spacing=0.08, widest=9.0)
    assert result.radius == 8.25
    assert result.error > evidence.CONVERGED


def island_decoder(z: torch.Tensor) -> torch.Tensor:
    """Black everywhere but for a small island at z1 = 15, where one picture is drawn with certainty."""
    island = torch.exp(-0.5 * ((z - torch.tensor([15.0, 0.0])) / 0.5).square().sum(dim=1, keepdim=True))
    return island * torch.linspace(-20, 20, 784) - 10 * (1 - island)


def test_codes_beyond_an_empty_ring_are_found() -> None:
    """Two rings bring nothing, the third everything; beyond it the prior alone says that no more can come."""
    images = (torch.linspace(-20, 20, 784) > 0).float()[None]
    result = evidence.converged_log_likelihood(island_decoder, images, spacing=0.08)
    assert result.radius == evidence.RADII[3]
    assert result.error < evidence.CONVERGED
    around = disc_lattice(0.02, 3.0) + torch.tensor([15.0, 0.0])
    joint = log_likelihoods(island_decoder(around), images) + log_prior(around)
    oracle = float(joint.logsumexp(dim=1)) + 2 * math.log(0.02)
    assert result.check == pytest.approx(oracle, abs=0.01)


def test_true_posterior_moments_agree_with_self_normalised_sampling(images) -> None:
    _, decoder = linear_decoder(0.1)
    mean, deviation = true_posterior(decoder, images, spacing=0.05)
    z = torch.randn(100_000, 2, generator=torch.Generator().manual_seed(4))
    weights = log_likelihoods(decoder(z), images).double().softmax(dim=1)
    oracle = weights @ z.double()
    torch.testing.assert_close(mean.double(), oracle, rtol=0, atol=0.02)
    variance = weights @ z.double().square() - oracle.square()
    torch.testing.assert_close(deviation.double(), variance.sqrt(), rtol=0.1, atol=0)


def test_bounds_are_ordered(images) -> None:
    """ELBO <= IWAE <= exact, up to sampling error, for a random network."""
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16)).eval()
    bounds = evidence.elbo(model, images, samples=500)
    assert bounds.elbo == pytest.approx(-(bounds.reconstruction + bounds.kl))
    importance = evidence.iwae(model, images, samples=500)
    exact = float(log_likelihood(model.decode, images, 0.05).mean())
    assert bounds.elbo - 0.05 <= importance <= exact + 0.05
    many = evidence.iwae(model, images, samples=20_000, batch_size=1)
    assert many == pytest.approx(exact, abs=0.05)


def test_iwae_encodes_every_image_once_and_searches_nowhere(images) -> None:
    model = VAE(ModelConfig(hidden=16)).eval()
    rows = {"encoder": 0, "decoder": 0}
    for name in rows:

        def count(_, inputs, name=name):
            rows[name] += len(inputs[0])

        getattr(model, name).register_forward_pre_hook(count)
    evidence.iwae(model, images, samples=50, batch_size=4)
    assert rows == {"encoder": len(images), "decoder": 50 * len(images)}


def test_iwae_with_one_sample_is_the_elbo_on_average(images) -> None:
    torch.manual_seed(1)
    model = VAE(ModelConfig(hidden=16)).eval()
    many = images.repeat(500, 1)
    assert evidence.iwae(model, many, samples=1, batch_size=500) == pytest.approx(
        evidence.elbo(model, many, samples=4).elbo, abs=0.1
    )
