import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import multivariate_normal

from vae.config import ModelConfig
from vae.measure.traversal import DigitDensity, filmstrip, traverse
from vae.model.classifier import Classifier
from vae.model.network import VAE
from vae.plane.paths import arc_lengths, spherical, straight
from vae.serving.passes import draw

pictures = arrays(np.uint8, 784)


@pytest.fixture(scope="module")
def means() -> np.ndarray:
    generator = np.random.default_rng(0)
    clusters = generator.integers(0, 2, (2000, 1)) * 4.0
    return (generator.normal(size=(2000, 2)) * (0.3, 0.6) + clusters).astype(np.float32)


@pytest.fixture(scope="module")
def density(means) -> DigitDensity:
    return DigitDensity(means)


@pytest.fixture(scope="module")
def model() -> VAE:
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16, decoder_blocks=1)).eval().requires_grad_(False)
    for parameter in model.decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


def test_the_density_is_a_sum_of_gaussians_around_the_digits(means, density) -> None:
    z = np.array([[0, 0], [4, 4], [2, 2], [0.5, -1]], dtype=np.float32)
    factor = 0.5 * len(means) ** (-1 / 6)
    kernel = multivariate_normal([0, 0], factor**2 * np.cov(means.T))
    oracle = [kernel.pdf(means.astype(float) - point).mean() for point in z]
    np.testing.assert_allclose(density(z), oracle, rtol=1e-6)
    assert density.bandwidth == pytest.approx(factor * np.linalg.det(np.cov(means.T)) ** 0.25)


def test_the_density_integrates_to_one(density) -> None:
    """Over a box around each of the two clusters, beyond which none is left."""
    across, up = np.arange(-2, 2, 0.05), np.arange(-3.5, 3.5, 0.05)
    box = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    lattice = np.concatenate([box, box + 4]).astype(np.float32)
    assert density(lattice).sum() * 0.05**2 == pytest.approx(1, abs=1e-3)


def test_typical_is_the_density_where_digits_are(means, density) -> None:
    assert density.typical == pytest.approx(np.median(density(means)), rel=0.1)


def test_means_on_a_line_are_dense_on_it_and_nowhere_else() -> None:
    """As where a posterior has collapsed along one axis."""
    line = np.stack([np.arange(100), np.arange(100)], axis=1).astype(np.float32) / 50
    density = DigitDensity(line)
    assert density(line[50:51]) == pytest.approx(density.typical, rel=0.2)
    assert density(np.array([[1, 1.5]], np.float32)) < 1e-9 * density.typical


def test_a_traversal_shows_what_the_channel_sends(model, density) -> None:
    points = spherical((1, 0.5), (-1, 2), 40)
    seen = traverse(model, points, density)
    np.testing.assert_array_equal(seen.points, points)
    np.testing.assert_array_equal(seen.images, draw(model, points, torch.device("cpu")))
    np.testing.assert_allclose(seen.times, np.arange(40) / 39)
    np.testing.assert_array_equal(seen.plane_lengths, arc_lengths(points))
    np.testing.assert_array_equal(seen.density, density(points))
    assert seen.classes is None


def test_change_is_the_slope_of_the_picture_along_the_path(model, density) -> None:
    """Against the derivative in the path's direction, halfway between two points."""
    points = straight((-0.5, 0.2), (0.5, 0.8), 200)
    seen = traverse(model, points, density)
    direction = torch.tensor([1.0, 0.6]) / math.hypot(1, 0.6)

    def picture(z: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(model.decode(z))

    halfway = torch.from_numpy((points[1:] + points[:-1]) / 2)
    _, slope = torch.func.jvp(picture, (halfway,), (direction.expand_as(halfway),))
    np.testing.assert_allclose(seen.change, slope.norm(dim=1).numpy(), rtol=0.02)
    np.testing.assert_allclose(np.diff(seen.picture_lengths), seen.change * np.diff(seen.plane_lengths))
    assert seen.picture_lengths[0] == 0


def test_a_path_that_goes_nowhere_does_not_change(model, density) -> None:
    seen = traverse(model, straight((1, 1), (1, 1), 256), density)
    assert (seen.change == 0).all()
    assert seen.picture_lengths[-1] == seen.plane_lengths[-1] == 0


def test_empty_space_is_told_from_where_digits_live(model, density) -> None:
    assert traverse(model, straight((0, 0), (0.1, 0.1), 20), density).empty_share == 0
    assert traverse(model, straight((900, 0), (0, -900), 20), density).empty_share == 1
    between = traverse(model, straight((0, 0), (4, 4), 21), density)
    assert between.empty[10]
    assert not between.empty[0]
    assert not between.empty[20]
    assert 0 < between.empty_share < 1


def test_classes_are_the_classifiers_for_the_decoded_pictures(model, density) -> None:
    torch.manual_seed(0)
    classifier = Classifier().eval().requires_grad_(False)
    points = straight((0, 0), (2, 2), 30)
    seen = traverse(model, points, density, classifier)
    assert seen.classes is not None
    assert seen.classes.shape == (30, 10)
    with torch.no_grad():
        oracle = classifier(torch.sigmoid(model.decode(torch.from_numpy(points)))).softmax(dim=1)
    np.testing.assert_allclose(seen.classes, oracle[:, :10].numpy(), atol=1e-5)
    np.testing.assert_allclose(seen.classes.sum(axis=1), 1 - oracle[:, 10].numpy(), rtol=1e-5)


@given(count=st.integers(11, 256))
def test_a_filmstrip_is_evenly_spaced_and_includes_both_ends(count) -> None:
    frames = filmstrip(count)
    assert len(frames) == 11
    assert frames[0] == 0
    assert frames[-1] == count - 1
    assert np.ptp(np.diff(frames)) <= 1
