import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vae.config import ModelConfig
from vae.measure.geodesic import PictureSpace, area_magnification
from vae.model import checkpoint as checkpoints
from vae.model.network import VAE
from vae.plane.box import Box, data_box
from vae.plane.paths import LIMIT, straight

SHIPPED = Path(__file__).parents[3] / "checkpoints"


class Surface(torch.nn.Module):
    """A decoder whose pictures are a known surface, embedded without distortion among the 784 pixels."""

    def __init__(self, surface: Callable[[Tensor], Tensor], dimension: int) -> None:
        super().__init__()
        noise = torch.randn(784, dimension, generator=torch.Generator().manual_seed(0))
        self.frame = torch.nn.Parameter(torch.linalg.qr(noise).Q.T, requires_grad=False)
        self.surface = surface

    def decode(self, z: Tensor) -> Tensor:
        return torch.logit(0.5 + self.surface(z) @ self.frame)


def stretched(z: Tensor) -> Tensor:
    """A constant metric that is neither isotropic nor aligned with the axes: straight lines are shortest."""
    return z @ torch.tensor([[0.6, 0.1], [-0.2, 0.15]])


def exponential(z: Tensor) -> Tensor:
    """(exp z1, z2): flat, so that its geodesics are straight lines of these two."""
    return 0.3 * torch.stack([z[:, 0].exp(), z[:, 1]], dim=1)


def polar(z: Tensor) -> Tensor:
    """Radius z1 and angle z2 of a flat plane: its geodesics are chords."""
    return 0.5 * torch.stack([z[:, 0] * z[:, 1].cos(), z[:, 0] * z[:, 1].sin()], dim=1)


def sphere(z: Tensor) -> Tensor:
    """Longitude z1 and latitude z2 of a sphere of radius 2: its geodesics are great circles."""
    longitude, latitude = z.unbind(dim=1)
    return 2 * torch.stack(
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()], dim=1
    )


def space(surface: Callable[[Tensor], Tensor], dimension: int, box: Box) -> PictureSpace:
    corners = np.array([(box.left, box.bottom), (box.right, box.top)], dtype=np.float32)
    return PictureSpace(Surface(surface, dimension), corners)


def apart(points: np.ndarray, curve: np.ndarray) -> float:
    """Largest distance of a point from a densely sampled curve."""
    return float(np.linalg.norm(points[:, None] - curve[None], axis=2).min(axis=1).max())


def test_in_a_constant_metric_the_straight_line_is_shortest() -> None:
    a, b = (-1.5, 1.0), (1.8, -0.3)
    found = space(stretched, 2, Box(-2, 2, -2, 2)).geodesic(a, b)
    length = float(torch.linalg.norm(stretched(torch.tensor([b])) - stretched(torch.tensor([a]))))
    assert found.length == pytest.approx(length, rel=1e-4)
    np.testing.assert_allclose(found.points, straight(a, b), atol=5e-3)


def test_exponential_coordinates_have_their_closed_form() -> None:
    a, b = (-2.0, -1.5), (1.0, 1.5)
    found = space(exponential, 2, Box(-2.5, 1.5, -2, 2)).geodesic(a, b)
    t = np.linspace(0, 1, 256)  # constant speed
    closed = np.stack([np.log((1 - t) * math.exp(-2) + t * math.exp(1)), -1.5 + 3 * t], axis=1)
    assert not found.straight
    assert found.length == pytest.approx(0.3 * math.hypot(math.exp(1) - math.exp(-2), 3), rel=1e-3)
    assert found.length < 0.95 * found.straight_length
    np.testing.assert_allclose(found.points, closed, atol=0.02)


def test_polar_coordinates_have_chords() -> None:
    a, b = (2.0, -1.2), (2.5, 1.2)
    found = space(polar, 2, Box(0.5, 3, -1.5, 1.5)).geodesic(a, b)
    ends = [np.array([r * math.cos(w), r * math.sin(w)]) for r, w in (a, b)]
    t = np.linspace(0, 1, 256)[:, None]
    x, y = ((1 - t) * ends[0] + t * ends[1]).T
    assert found.length == pytest.approx(0.5 * np.linalg.norm(ends[1] - ends[0]), rel=1e-3)
    np.testing.assert_allclose(found.points, np.stack([np.hypot(x, y), np.arctan2(y, x)], axis=1), atol=0.02)


def test_on_a_sphere_it_is_the_great_circle() -> None:
    """Curved, unlike the others: no coordinates make these lines straight."""
    a, b = (-1.2, 0.8), (1.2, 0.8)
    found = space(sphere, 3, Box(-1.4, 1.4, -1.4, 1.4)).geodesic(a, b)
    first, last = (sphere(torch.tensor([end], dtype=torch.float64))[0].numpy() / 2 for end in (a, b))
    angle = math.acos(first @ last)
    t = np.linspace(0, 1, 1000)[:, None]
    x, y, height = ((np.sin((1 - t) * angle) * first + np.sin(t * angle) * last) / math.sin(angle)).T
    great = np.stack([np.arctan2(y, x), np.arcsin(height)], axis=1)
    assert found.length == pytest.approx(2 * angle, rel=1e-3)
    assert found.length < 0.95 * found.straight_length
    assert apart(found.points, great) < 0.02


def test_steps_are_equal_in_picture_space() -> None:
    found = space(exponential, 2, Box(-2.5, 1.5, -2, 2)).geodesic((-2, -1.5), (1, 1.5), count=64)
    pictures = exponential(torch.from_numpy(found.points))
    steps = pictures.diff(dim=0).norm(dim=1).numpy()
    np.testing.assert_allclose(steps, found.length / 63, rtol=0.02)


def test_a_path_outside_the_data_is_found_as_well() -> None:
    inside = Box(-0.2, 0.2, -0.2, 0.2)
    found = space(exponential, 2, inside).geodesic((-2, -1.5), (1, 1.5))
    assert found.length == pytest.approx(0.3 * math.hypot(math.exp(1) - math.exp(-2), 3), rel=1e-3)


def rough_vae() -> VAE:
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16, decoder_blocks=1)).eval().requires_grad_(False)
    for parameter in model.decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


@pytest.fixture(scope="module")
def rough() -> PictureSpace:
    means = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    return PictureSpace(rough_vae(), means)


near = st.floats(-3, 3, width=32)
anywhere = near | st.floats(-LIMIT, LIMIT, width=32)


@settings(max_examples=20, deadline=None)
@given(a=st.tuples(anywhere, anywhere), b=st.tuples(anywhere, anywhere), count=st.integers(2, 256))
def test_whatever_the_ends_the_path_is_sound(rough, a, b, count) -> None:
    found = rough.geodesic(a, b, count)
    assert found.points.shape == (count, 2)
    assert found.points.dtype == np.float32
    assert tuple(found.points[0]) == a
    assert tuple(found.points[-1]) == b
    assert (np.abs(found.points) <= LIMIT).all()
    assert 0 <= found.length <= found.straight_length
    if found.straight:
        np.testing.assert_array_equal(found.points, straight(a, b, count))


def test_a_path_that_goes_nowhere_has_no_length(rough) -> None:
    found = rough.geodesic((0.5, -0.5), (0.5, -0.5))
    assert found.straight
    assert found.length == found.straight_length == 0
    assert (found.points == np.float32([0.5, -0.5])).all()


def test_where_no_picture_changes_the_path_is_straight() -> None:
    found = space(lambda z: torch.zeros(len(z), 2), 2, Box(-1, 1, -1, 1)).geodesic((-1, 0), (1, 0.5))
    assert found.straight
    assert found.length == 0


def test_ends_beyond_the_limit_are_refused(rough) -> None:
    with pytest.raises(ValueError, match="An end of a path"):
        rough.geodesic((0, 0), (math.nan, 0))


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
def test_between_real_digits_it_is_never_longer_than_straight_and_mostly_shorter(name) -> None:
    checkpoint = checkpoints.load(SHIPPED / f"{name}.pt")
    model, means = checkpoint.build(), checkpoint.latents.means
    shapes = PictureSpace(model, means)
    pairs = np.random.default_rng(1).choice(len(means), (12, 2), replace=False)
    lengths = []
    for a, b in means[pairs]:
        found = shapes.geodesic(a, b)
        line = straight(a, b)
        for points, claimed in ((found.points, found.length), (line, found.straight_length)):
            assert picture_length(model, points) == pytest.approx(claimed, rel=1e-3)
        # Between its points too, not only at them
        lengths.append([picture_length(model, finer(points)) for points in (found.points, line)])
        assert found.length <= found.straight_length
    shortest, straightest = np.array(lengths).T
    assert (shortest <= straightest * (1 + 1e-4)).all()
    assert shortest.sum() < 0.95 * straightest.sum()


def test_it_does_not_leave_the_part_of_the_plane_where_digits_live() -> None:
    checkpoint = checkpoints.load(SHIPPED / "vae.pt")
    labels, means = checkpoint.latents.labels, checkpoint.latents.means
    shapes = PictureSpace(checkpoint.build(), means)
    box = np.array(shapes.box)
    for pair in ((7, 0), (7, 8), (9, 3)):
        a, b = (np.median(means[labels == label], axis=0) for label in pair)
        points = shapes.geodesic(a, b).points
        assert (points >= box[[0, 2]] - 1e-5).all()
        assert (points <= box[[1, 3]] + 1e-5).all()


def picture_length(model: VAE, points: np.ndarray) -> float:
    with torch.inference_mode():
        pictures = torch.sigmoid(model.decode(torch.from_numpy(points)))
    return float((pictures[1:] - pictures[:-1]).double().square().sum(dim=1).sqrt().sum())


def finer(points: np.ndarray, times: int = 4) -> np.ndarray:
    at = np.arange(times * (len(points) - 1) + 1) / times
    return np.stack([np.interp(at, np.arange(len(points)), axis) for axis in points.T], axis=1).astype("f4")


def test_area_magnification_has_its_closed_form_on_a_sphere() -> None:
    box = Box(-1.0, 1.0, 0.0, 1.5)
    measured = area_magnification(Surface(sphere, 3), box, side=15)
    latitudes = 1.5 - (np.arange(15) + 0.5) / 10  # the top row has the largest z2
    oracle = np.broadcast_to(4 * np.cos(latitudes)[:, None], (15, 15))
    np.testing.assert_allclose(measured, oracle, rtol=1e-3)


def test_area_magnification_runs_from_left_to_right() -> None:
    measured = area_magnification(Surface(exponential, 2), Box(-1, 1, -3, 3), side=10)
    oracle = np.broadcast_to(0.09 * np.exp(-0.9 + 0.2 * np.arange(10)), (10, 10))
    np.testing.assert_allclose(measured, oracle, rtol=1e-3)


def test_the_box_holds_the_data_but_for_outliers() -> None:
    means = np.random.default_rng(0).normal((5, -20), (1, 4), (10_000, 2)).astype(np.float32)
    box = data_box(np.concatenate([means, [[900, 900]]]).astype(np.float32))
    assert np.mean([box.holds(mean) for mean in means]) > 0.995
    assert 1 < box.left < 3
    assert 7 < box.right < 9
    assert -36 < box.bottom < -30
    assert -10 < box.top < -4


def test_the_box_of_a_single_point_has_an_extent() -> None:
    box = data_box(np.zeros((3, 2), np.float32))
    assert box.left < 0 < box.right
    assert box.bottom < 0 < box.top
