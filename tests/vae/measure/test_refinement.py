"""The exact log p(x) of one image against a second method, as fine everywhere, and closed forms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from vae.data import binarised_test_images, load_mnist
from vae.datasets.small import small_digits
from vae.measure.inversion import log_prior
from vae.measure.outlook import SPACING, Outlook, outlook
from vae.measure.quadrature import Quadrature
from vae.measure.refinement import refine
from vae.model.checkpoint import load

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
RADIUS = 5.5
DIGITS = 24
CERTAIN = 0.1  # nats a pixel that the best picture costs


@pytest.fixture(scope="module")
def decoder():
    return load(CHECKPOINTS / "ladder" / "beta-2.pt").build().decode


@pytest.fixture(scope="module")
def known(decoder) -> Outlook:
    return outlook(decoder, RADIUS)


@pytest.fixture(scope="module")
def images() -> Tensor:
    """Handwriting, some of it upside down, and a blank."""
    digits = torch.from_numpy(small_digits().images[:DIGITS])
    every = torch.cat([digits, digits[:6].flip(1), torch.zeros(1, 784, dtype=torch.uint8)])
    return binarised_test_images(every)


def test_it_equals_the_second_method(decoder, known: Outlook, images: Tensor) -> None:
    exact = Quadrature(decoder, images, RADIUS).log_likelihood(0.01).numpy()
    found = [refine(decoder, image, known) for image in images]
    differences = np.array([one.log_likelihood for one in found]) - exact
    assert np.abs(differences).max() < 0.1
    assert abs(differences.mean()) < 0.01
    assert np.median([one.passes for one in found]) < 600


def test_mnist_too(decoder, known: Outlook, mnist: Path) -> None:
    images = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images))[:DIGITS]
    exact = Quadrature(decoder, images, RADIUS).log_likelihood(0.01).numpy()
    found = np.array([refine(decoder, image, known).log_likelihood for image in images])
    assert np.abs(found - exact).max() < 0.02


def test_the_outlook_is_right_within_a_nat_or_so_where_it_matters(
    decoder, known: Outlook, images: Tensor
) -> None:
    z = torch.from_numpy((known.cells + 0.5) * SPACING).float()
    with torch.inference_mode():
        logits = decoder(z)
    for image in images[[0, 9, 30]]:
        exact = (logits @ image - torch.nn.functional.softplus(logits).sum(dim=1) + log_prior(z)).numpy()
        seen = known.heights(image)[tuple((known.cells + known.side).T)]
        near = exact > exact.max() - 20
        assert np.abs(seen - exact)[near].max() < 3
    assert not np.isfinite(known.heights(images[0])[0, 0]), "outside the disc"


def sharp(width: float, where: tuple[float, float]):
    """A decoder under which the posterior of a full image is a Gaussian around `where`, `width` wide."""

    def decoder(z: Tensor) -> Tensor:
        distance = (z - torch.tensor(where)).square().sum(dim=1, keepdim=True)
        wanted = -distance / (2 * width**2) / 784 - CERTAIN  # of log sigmoid
        return -torch.log(torch.expm1(-wanted.double().clamp(min=-60))).float().expand(-1, 784)

    return decoder


@pytest.mark.parametrize("width", [0.004, 0.02, 0.3])
@pytest.mark.parametrize("where", [(0.613, -1.207), (0.0, 0.0)])
def test_a_gaussian_peak_has_the_mass_of_the_closed_form(width: float, where: tuple[float, float]) -> None:
    decoder = sharp(width, where)
    found = refine(decoder, torch.ones(784), outlook(decoder, 3.0))
    both = 1 / width**2 + 1  # precisions of likelihood and prior add up
    expected = math.log(1 / both) - 784 * CERTAIN - sum(w * w for w in where) / 2 * (1 / width**2) / both
    assert found.log_likelihood == pytest.approx(expected, abs=0.01)
    assert found.error < 0.05


def test_an_image_that_is_likely_beyond_the_border_is_said_to_be_so() -> None:
    decoder = sharp(0.3, (2.9, 0.0))
    assert refine(decoder, torch.ones(784), outlook(decoder, 3.0)).error == math.inf
