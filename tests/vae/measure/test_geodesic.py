import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vae.config import ModelConfig
from vae.measure.geodesic import CELLS, PictureSpace, picture_space, survey
from vae.measure.traversal import EMPTY, DigitDensity
from vae.model import checkpoint as checkpoints
from vae.model.network import VAE
from vae.plane.box import Box, data_box, reachable_box
from vae.plane.limits import LIMIT
from vae.plane.paths import straight

SHIPPED = Path(__file__).parents[3] / "checkpoints"


class Surface(torch.nn.Module):
    """A decoder whose pictures are a known surface, embedded without distortion among the 784 pixels."""

    def __init__(self, surface: Callable[[Tensor], Tensor], dimension: int) -> None:
        super().__init__()
        noise = torch.randn(784, dimension, generator=torch.Generator().manual_seed(0))
        self.frame = torch.nn.Parameter(torch.linalg.qr(noise).Q.T, requires_grad=False)
        self.surface = surface

    def decode(self, z: Tensor) -> Tensor:
        return torch.logit((0.5 + self.surface(z) @ self.frame).clamp(0.01, 0.99))


def stretched(z: Tensor) -> Tensor:
    """A constant metric that is neither isotropic nor aligned with the axes: straight lines are shortest."""
    return z @ torch.tensor([[0.6, 0.1], [-0.2, 0.15]])


def exponential(z: Tensor) -> Tensor:
    """(exp z1, z2): flat, so that its geodesics are straight lines of these two."""
    return 0.05 * torch.stack([z[:, 0].exp(), z[:, 1]], dim=1)


def polar(z: Tensor) -> Tensor:
    """Radius z1 and angle z2 of a flat plane: its geodesics are chords."""
    return 0.5 * torch.stack([z[:, 0] * z[:, 1].cos(), z[:, 0] * z[:, 1].sin()], dim=1)


def sphere(z: Tensor) -> Tensor:
    """Longitude z1 and latitude z2 of a sphere of radius 2: its geodesics are great circles."""
    longitude, latitude = z.unbind(dim=1)
    return 2 * torch.stack(
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()], dim=1
    )


def space(surface: Callable[[Tensor], Tensor], dimension: int) -> PictureSpace:
    """With codes spread evenly over the middle of the plane, so that nothing there is empty."""
    codes = np.stack(np.meshgrid(np.linspace(-3, 3, 61), np.linspace(-3, 3, 61)), axis=-1).reshape(-1, 2)
    return picture_space(Surface(surface, dimension), codes.astype(np.float32))


def apart(points: np.ndarray, curve: np.ndarray) -> float:
    """Largest distance of a point from a densely sampled curve."""
    return float(np.linalg.norm(points[:, None] - curve[None], axis=2).min(axis=1).max())


def test_in_a_constant_metric_the_straight_line_is_shortest() -> None:
    a, b = (-1.5, 1.0), (1.8, -0.3)
    found = space(stretched, 2).geodesic(a, b)
    length = float(torch.linalg.norm(stretched(torch.tensor([b])) - stretched(torch.tensor([a]))))
    assert found.length == pytest.approx(length, rel=1e-4)
    np.testing.assert_allclose(found.points, straight(a, b), atol=5e-3)


def test_exponential_coordinates_have_their_closed_form() -> None:
    a, b = (-2.0, -1.5), (1.0, 1.5)
    found = space(exponential, 2).geodesic(a, b)
    t = np.linspace(0, 1, 256)  # constant speed
    closed = np.stack([np.log((1 - t) * math.exp(-2) + t * math.exp(1)), -1.5 + 3 * t], axis=1)
    assert not found.straight
    assert found.length == pytest.approx(0.05 * math.hypot(math.exp(1) - math.exp(-2), 3), rel=1e-3)
    assert found.length < 0.95 * found.straight_length
    np.testing.assert_allclose(found.points, closed, atol=0.02)


def test_polar_coordinates_have_chords() -> None:
    a, b = (2.0, -1.2), (2.5, 1.2)
    found = space(polar, 2).geodesic(a, b)
    ends = [np.array([r * math.cos(w), r * math.sin(w)]) for r, w in (a, b)]
    t = np.linspace(0, 1, 256)[:, None]
    x, y = ((1 - t) * ends[0] + t * ends[1]).T
    assert found.length == pytest.approx(0.5 * np.linalg.norm(ends[1] - ends[0]), rel=1e-3)
    np.testing.assert_allclose(found.points, np.stack([np.hypot(x, y), np.arctan2(y, x)], axis=1), atol=0.03)


def test_on_a_sphere_it_is_the_great_circle() -> None:
    """Curved, unlike the others: no coordinates make these lines straight."""
    a, b = (-1.2, 0.8), (1.2, 0.8)
    found = space(sphere, 3).geodesic(a, b)
    first, last = (sphere(torch.tensor([end], dtype=torch.float64))[0].numpy() / 2 for end in (a, b))
    angle = math.acos(first @ last)
    t = np.linspace(0, 1, 1000)[:, None]
    x, y, height = ((np.sin((1 - t) * angle) * first + np.sin(t * angle) * last) / math.sin(angle)).T
    great = np.stack([np.arctan2(y, x), np.arcsin(height)], axis=1)
    assert found.length == pytest.approx(2 * angle, rel=1e-3)
    assert found.length < 0.95 * found.straight_length
    assert apart(found.points, great) < 0.02


def test_steps_are_equal_in_picture_space() -> None:
    found = space(exponential, 2).geodesic((-2, -1.5), (1, 1.5), count=64)
    pictures = exponential(torch.from_numpy(found.points))
    steps = pictures.diff(dim=0).norm(dim=1).numpy()
    np.testing.assert_allclose(steps, found.length / 63, rtol=0.02)


def rough_vae() -> VAE:
    torch.manual_seed(0)
    model = VAE(ModelConfig(hidden=16, decoder_blocks=1)).eval().requires_grad_(False)
    for parameter in model.decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


@pytest.fixture(scope="module")
def rough() -> PictureSpace:
    means = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    return picture_space(rough_vae(), means)


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
    found = space(lambda z: torch.zeros(len(z), 2), 2).geodesic((-1, 0), (1, 0.5))
    assert found.straight
    assert found.length == 0


def test_ends_beyond_the_limit_are_refused(rough) -> None:
    with pytest.raises(ValueError, match="An end of a path"):
        rough.geodesic((0, 0), (math.nan, 0))


class Measured(NamedTuple):
    model: VAE
    means: np.ndarray
    space: PictureSpace


@pytest.fixture(scope="module", params=["vae", "autoencoder", "ladder/beta-1"])
def measured(request: pytest.FixtureRequest) -> Measured:
    """The planes of the shipped checkpoints."""
    checkpoint = checkpoints.load(SHIPPED / f"{request.param}.pt")
    model, means = checkpoint.build(), checkpoint.latents.means
    return Measured(model, means, picture_space(model, means))


def pairs_of_codes_and_prior(means: np.ndarray, pairs: int) -> np.ndarray:
    """(2, pairs, 2): each end a code or a draw from the prior, as likely."""
    rng = np.random.default_rng(1)
    codes, prior = means[rng.choice(len(means), (2, pairs))], rng.normal(size=(2, pairs, 2))
    return np.where(rng.random((2, pairs, 1)) < 0.5, codes, prior)


def test_of_1000_pairs_no_path_comes_near_the_box_and_pictures_change_less(measured) -> None:
    """Lengths here are of J^T J alone, as the survey measured it; by decoding it is the next test's."""
    a, b = pairs_of_codes_and_prior(measured.means, 1000)
    curves = measured.space.curves(a, b)
    box, pulled = np.array(measured.space.box), measured.space.pulled_back
    np.testing.assert_array_equal(curves[:, [0, -1]], np.stack([a, b], axis=1))
    cells = np.minimum(curves - box[[0, 2]], box[[1, 3]] - curves).min(axis=(0, 1)) / pulled.cell
    lengths = pulled.steps(curves).sum(axis=1)
    straight_lengths = pulled.steps(np.linspace(a, b, 200, axis=1)).sum(axis=1)
    low, high = interval(lengths - straight_lengths)
    print(f"nearest to the box {cells.min():.1f} cells; longer by {low:.3f} to {high:.3f} than straight")
    assert cells.min() > 1
    assert high < 0


def test_decoded_paths_of_real_digits_change_the_picture_less_and_are_no_emptier(measured) -> None:
    model, means, space = measured
    ends = means[np.random.default_rng(2).choice(len(means), (25, 2), replace=False)]
    density = DigitDensity(means)
    found = [space.geodesic(a, b) for a, b in ends]
    lines = [straight(a, b) for a, b in ends]
    lengths, straight_lengths = (
        np.array([picture_length(model, finer(points, 2)) for points in paths])
        for paths in ([path.points for path in found], lines)
    )
    empty, empty_lines = (
        np.mean([density(points[::4]) < EMPTY * density.typical for points in paths])
        for paths in ([path.points for path in found], lines)
    )
    print(f"{lengths.sum() / straight_lengths.sum():.3f} of straight; empty {empty:.3f}, {empty_lines:.3f}")
    assert interval(lengths - straight_lengths)[1] < 0
    assert all(path.length <= path.straight_length for path in found)
    assert empty <= empty_lines + 0.02


def interval(differences: np.ndarray) -> tuple[float, float]:
    """The mean's 95 % interval."""
    half = 1.96 * differences.std(ddof=1) / math.sqrt(len(differences))
    return float(differences.mean() - half), float(differences.mean() + half)


def test_an_end_beyond_the_box_is_joined_to_it(measured) -> None:
    box = np.array(measured.space.box)
    far = (float(box[1]) + 3.0, 0.5)
    found = measured.space.geodesic(far, (-0.5, 0.5), 64)
    beyond = found.points[:, 0] > box[1] + 1e-3
    assert tuple(found.points[0]) == pytest.approx(far)
    assert np.flatnonzero(beyond).tolist() == list(range(beyond.sum()))  # it comes in once and stays
    assert np.abs(np.diff(found.points[:, 0])).max() < 3


def picture_length(model: VAE, points: np.ndarray) -> float:
    with torch.inference_mode():
        pictures = torch.sigmoid(model.decode(torch.from_numpy(points)))
    return float((pictures[1:] - pictures[:-1]).double().square().sum(dim=1).sqrt().sum())


def finer(points: np.ndarray, times: int = 4) -> np.ndarray:
    at = np.arange(times * (len(points) - 1) + 1) / times
    return np.stack([np.interp(at, np.arange(len(points)), axis) for axis in points.T], axis=1).astype("f4")


def test_a_survey_says_how_far_it_is_and_never_does_much_at_once() -> None:
    rows = []

    class Counted(Surface):
        def decode(self, z: Tensor) -> Tensor:
            rows.append(len(z))
            return super().decode(z)

    shares = list(survey(Counted(sphere, 3), np.random.default_rng(0).normal(size=(9, 2)).astype("f4")))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert rows == [CELLS + 1] * len(shares)


def test_magnification_has_its_closed_form_on_a_sphere() -> None:
    found = space(sphere, 3)
    measured, lived = found.magnification(64)
    height = found.box.top - found.box.bottom
    latitudes = found.box.top - (np.arange(64) + 0.5) / 64 * height  # the top row has the largest z2
    oracle = np.broadcast_to(4 * np.abs(np.cos(latitudes))[:, None], (64, 64))
    away = np.abs(np.cos(latitudes)) > 0.5  # from the poles, where it changes too fast for a cell
    np.testing.assert_allclose(measured[away], oracle[away], rtol=5e-3)
    assert lived[32, 32]
    assert not lived[0, 0]


def test_magnification_runs_from_left_to_right() -> None:
    found = space(exponential, 2)
    width = found.box.right - found.box.left
    z1 = found.box.left + (np.arange(32) + 0.5) / 32 * width
    oracle = np.broadcast_to(0.05**2 * np.exp(z1), (32, 32))
    np.testing.assert_allclose(found.magnification(32)[0][:, :28], oracle[:, :28], rtol=0.02)


def test_the_reachable_box_holds_every_code_and_the_prior_with_room_to_turn() -> None:
    means = np.float32([[30, 1], [-2, 0.5]])
    box = reachable_box(means)
    assert box == pytest.approx(Box(-7.4, 33.4, -4.8, 4.8), abs=1e-5)


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
