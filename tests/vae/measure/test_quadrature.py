import pytest
import torch

from tests.everywhere import log_likelihood
from vae.data import binarised_test_images, load_mnist
from vae.measure import quadrature
from vae.measure.inversion import Decoder
from vae.measure.quadrature import SURVEY, TILE, Quadrature
from vae.model.checkpoint import load


@pytest.fixture
def images() -> torch.Tensor:
    return (torch.rand(20, 784, generator=torch.Generator().manual_seed(0)) < 0.2).float()


def linear_decoder(scale: float) -> Decoder:
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1)) * scale
    return lambda z: z @ weight - 1.5


def folded_decoder(z: torch.Tensor) -> torch.Tensor:
    """Two places in the plane for every picture: posteriors with several narrow modes."""
    weight = torch.randn(2, 784, generator=torch.Generator().manual_seed(1))
    return torch.sin(4 * z) @ weight - 1.5


@pytest.mark.parametrize("decoder", [linear_decoder(0.05), linear_decoder(1.0), folded_decoder])
def test_the_tiles_that_are_left_out_do_not_matter(images, decoder) -> None:
    tiled = Quadrature(decoder, images).log_likelihood(0.02)
    everywhere = log_likelihood(decoder, images, 0.02)
    torch.testing.assert_close(tiled, everywhere, rtol=0, atol=2e-3)


def test_a_spacing_is_rounded_down_to_a_fraction_of_a_tile(images) -> None:
    quadrature = Quadrature(linear_decoder(0.3), images)
    assert torch.equal(quadrature.log_likelihood(TILE / 7.5), quadrature.log_likelihood(TILE / 8))
    assert not torch.equal(quadrature.log_likelihood(TILE / SURVEY), quadrature.log_likelihood(TILE / 8))


def test_the_surveys_own_lattices_are_summed_as_others_are(images) -> None:
    quadrature = Quadrature(linear_decoder(0.3), images)
    oracle = log_likelihood(linear_decoder(0.3), images, 0.05)  # the posteriors are six times as wide
    for along in (SURVEY, SURVEY // 2):
        torch.testing.assert_close(quadrature.log_likelihood(TILE / along), oracle, rtol=0, atol=2e-3)


@pytest.mark.parametrize("decoder", [linear_decoder(0.05), linear_decoder(1.0), folded_decoder])
def test_a_disc_and_a_ring_around_it_are_a_larger_disc(images, decoder) -> None:
    disc = Quadrature(decoder, images, 3.0)
    ring = Quadrature(decoder, images, 5.5, 3.0, disc.best)
    spacing = TILE / 5  # any will do: it is the same lattice in the parts and in the whole
    parts = torch.logaddexp(disc.log_likelihood(spacing), ring.log_likelihood(spacing))
    whole = Quadrature(decoder, images).log_likelihood(spacing)
    torch.testing.assert_close(parts, whole, rtol=0, atol=2e-3)


def test_on_the_shipped_decoder_nothing_that_counts_is_left_out(mnist, request, monkeypatch) -> None:
    """On a lattice other than the survey's, over a disc that holds all but 3 in 10,000 of the prior."""
    decoder = load(request.config.rootpath / "checkpoints" / "vae.pt").build().decode
    images = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images[:100]))
    some = Quadrature(decoder, images, 4.0).log_likelihood(TILE / 5)
    monkeypatch.setattr(quadrature, "MARGIN", float("inf"))
    every = Quadrature(decoder, images, 4.0).log_likelihood(TILE / 5)
    torch.testing.assert_close(some, every, rtol=0, atol=2e-3)
