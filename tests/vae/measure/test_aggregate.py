import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Normal

from vae.measure.aggregate import (
    DECADES,
    ENLARGEMENTS,
    NEGLIGIBLE,
    VISIBLE,
    aggregate_mass,
    enlargement,
    excess,
    fitted_mass,
    posterior_ellipses,
    prior_mass,
)
from vae.model.checkpoint import Latents
from vae.plane.box import Box

WIDE = Box(-40.0, 40.0, -40.0, 40.0)


def latents(seed: int, n: int, widths: bool = True) -> Latents:
    generator = np.random.default_rng(seed)
    log_variances = generator.normal(-3, 2, (n, 2)) if widths else np.full((n, 2), -np.inf)
    return Latents(
        generator.normal(size=(n, 2), scale=1.5).astype(np.float32),
        log_variances.astype(np.float32),
        generator.integers(0, 10, n).astype(np.uint8),
    )


def standard() -> Latents:
    """One digit whose posterior is the prior."""
    return Latents(np.zeros((1, 2), np.float32), np.zeros((1, 2), np.float32), np.zeros(1, np.uint8))


boxes = st.builds(
    lambda left, bottom, width, height: Box(left, left + width, bottom, bottom + height),
    *[st.floats(-4, 2)] * 2,
    *[st.floats(0.1, 6)] * 2,
)


def oracle(codes: Latents, box: Box, side: int) -> np.ndarray:
    """Cell by cell, from torch's distribution functions."""
    normal = Normal(
        torch.from_numpy(codes.means).double(),
        torch.exp(0.5 * torch.from_numpy(codes.log_variances).double()),
    )
    masses = np.zeros((side, side))
    for row in range(side):
        for column in range(side):
            low = torch.tensor(
                [
                    box.left + (box.right - box.left) * column / side,
                    box.top - (box.top - box.bottom) * (row + 1) / side,
                ],
                dtype=torch.float64,
            )
            size = torch.tensor([box.right - box.left, box.top - box.bottom], dtype=torch.float64) / side
            masses[row, column] = (normal.cdf(low + size) - normal.cdf(low)).prod(dim=1).mean()
    return masses


@given(seed=st.integers(0, 50), n=st.integers(1, 30), side=st.integers(1, 6), box=boxes)
def test_every_cell_holds_what_torch_integrates(seed, n, side, box) -> None:
    codes = latents(seed, n)
    np.testing.assert_allclose(aggregate_mass(codes, box, side), oracle(codes, box, side), atol=1e-12)


def test_samples_of_the_posteriors_fall_into_the_cells_as_often_as_said() -> None:
    codes, box, side, count = latents(3, 40), Box(-3.0, 2.0, -1.0, 3.0), 8, 5000
    noise = np.random.default_rng(0).normal(size=(count, 40, 2))
    z = (codes.means + np.exp(0.5 * codes.log_variances) * noise).reshape(-1, 2)
    edges = [np.linspace(box.left, box.right, side + 1), np.linspace(box.bottom, box.top, side + 1)]
    frequency = np.histogram2d(*z.T, bins=edges)[0].T[::-1] / len(z)
    mass = aggregate_mass(codes, box, side)
    assert np.abs(frequency - mass).max() < 5 * math.sqrt(0.25 / len(z))


@given(
    seed=st.integers(0, 50),
    n=st.integers(1, 40),
    side=st.integers(1, 20),
    finer=st.integers(2, 4),
    box=boxes,
    widths=st.booleans(),
)
def test_masses_are_a_distribution_and_cells_add_up(seed, n, side, finer, box, widths) -> None:
    codes = latents(seed, n, widths)
    for mass in (
        lambda side: aggregate_mass(codes, box, side),
        lambda side: prior_mass(box, side),
    ):
        coarse, fine = mass(side), mass(side * finer)
        assert (fine >= 0).all()
        assert fine.sum() <= 1 + 1e-9
        together = fine.reshape(side, finer, side, finer).sum(axis=(1, 3))
        np.testing.assert_allclose(together, coarse, atol=1e-12)


@pytest.mark.parametrize("widths", [True, False])
def test_the_whole_plane_holds_every_digit_once(widths) -> None:
    assert aggregate_mass(latents(0, 200, widths), WIDE, 96).sum() == pytest.approx(1)
    assert prior_mass(WIDE, 96).sum() == pytest.approx(1)


def test_without_width_the_masses_are_a_histogram_of_half_open_cells() -> None:
    means = np.array([[0, 0], [0.5, 0.5], [1, 1], [0.25, 0.75], [-1, 0], [1, 0.3]], np.float32)
    codes = Latents(means, np.full((6, 2), -np.inf, np.float32), np.zeros(6, np.uint8))
    mass = aggregate_mass(codes, Box(0.0, 1.0, 0.0, 1.0), 2)
    np.testing.assert_allclose(mass * 6, [[1, 1], [1, 0]])  # the right and the upper border lie outside


def test_one_digit_may_have_a_width_on_one_axis_only() -> None:
    codes = Latents(np.zeros((1, 2), np.float32), np.array([[-np.inf, 0]], np.float32), np.zeros(1, np.uint8))
    mass = aggregate_mass(codes, Box(-1.0, 1.0, -1.0, 1.0), 2)
    half = math.erf(1 / math.sqrt(2)) / 2
    np.testing.assert_allclose(mass, [[0, half], [0, half]])


@given(box=boxes, side=st.integers(1, 20))
def test_the_prior_is_the_aggregate_of_a_posterior_that_equals_it(box, side) -> None:
    np.testing.assert_allclose(prior_mass(box, side), aggregate_mass(standard(), box, side), atol=1e-12)


def test_nothing_in_excess_where_the_aggregate_is_the_prior() -> None:
    np.testing.assert_allclose(excess(standard(), Box(-5.0, 5.0, -5.0, 5.0), 32), 0, atol=1e-9)


def test_excess_tells_crowds_from_holes_and_leaves_the_empty_rim_alone() -> None:
    crowd = Latents(
        np.tile(np.array([[1.0, 1.0]], np.float32), (50, 1)),
        np.full((50, 2), -6, np.float32),
        np.zeros(50, "u1"),
    )
    shade = excess(crowd, Box(-6.0, 6.0, -6.0, 6.0), 48)
    assert np.abs(shade).max() <= 1
    assert shade[19, 28] == 1  # the cell around (1.1, 1.1); row 0 is at the top
    assert shade[24, 24] == -1  # beside the origin: a hole
    assert -1 < shade[28, 19] < -0.9  # (-1.1, -1.1): the prior expects less there
    assert abs(shade[0, 0]) < 1e-6
    assert (shade[0] <= 0).all()


def test_excess_is_the_clipped_ratio_in_decades() -> None:
    codes, box = latents(1, 30), Box(-2.0, 4.0, -3.0, 1.0)
    least = NEGLIGIBLE * (6 / 16) * (4 / 16) / (2 * math.pi)
    q, p = aggregate_mass(codes, box, 16), prior_mass(box, 16)
    expected = [
        min(1.0, max(-1.0, math.log10((a + least) / (b + least)) / DECADES))
        for a, b in zip(q.ravel(), p.ravel(), strict=True)
    ]
    np.testing.assert_allclose(excess(codes, box, 16).ravel(), expected, atol=1e-12)


@given(seed=st.integers(0, 50), n=st.integers(1, 80), digit=st.integers(0, 9), count=st.integers(0, 30))
def test_ellipses_are_those_of_distinct_digits_of_the_label_in_order(seed, n, digit, count) -> None:
    codes = latents(seed, n)
    ellipses = posterior_ellipses(codes, digit, count)
    found = np.flatnonzero(codes.labels == digit)
    assert ellipses.shape == (min(count, len(found)), 4)
    assert ellipses.dtype == np.float32
    index = [int(np.flatnonzero((codes.means == row[:2]).all(axis=1))[0]) for row in ellipses]
    assert set(index) <= set(found.tolist())
    assert index == sorted(set(index))
    np.testing.assert_allclose(
        ellipses[:, 2:], np.sqrt(np.exp(codes.log_variances[index].astype(float))), rtol=1e-5
    )
    if len(index) > 1:
        assert np.ptp(np.diff(np.searchsorted(found, index))) <= 1


def test_ellipses_of_a_plain_autoencoder_are_points() -> None:
    ellipses = posterior_ellipses(latents(0, 100, widths=False), 3, 5)
    assert len(ellipses) == 5
    assert not ellipses[:, 2:].any()


def slanted(n: int) -> Latents:
    """Codes of a plain autoencoder that lie like a wide, correlated Gaussian away from the origin."""
    means = np.random.default_rng(5).normal(size=(n, 2)) @ np.array([[4.0, 0.0], [1.5, 2.0]]).T + (3.0, -2.0)
    widths = np.full((n, 2), -np.inf, np.float32)
    return Latents(means.astype(np.float32), widths, np.zeros(n, np.uint8))


def test_the_fitted_gaussian_is_the_one_with_the_means_mean_and_covariance() -> None:
    codes, box, side = slanted(500), Box(-22.0, 28.0, -22.0, 18.0), 200
    mass = fitted_mass(codes, box, side)
    assert mass.sum() == pytest.approx(1, abs=1e-4)
    z1, z2 = np.meshgrid(np.arange(-21.875, 28, 0.25), np.arange(-21.9, 18, 0.2)[::-1])
    mean = np.array([(mass * z1).sum(), (mass * z2).sum()])
    np.testing.assert_allclose(mean, codes.means.mean(axis=0), atol=1e-2)
    centred = np.stack([z1 - mean[0], z2 - mean[1]])
    covariance = np.einsum("iab,jab,ab->ij", centred, centred, mass)
    np.testing.assert_allclose(covariance, np.cov(codes.means.T.astype(np.float64)), rtol=0.01)


def test_codes_that_lie_as_the_fitted_gaussian_expects_are_no_excess() -> None:
    codes, box = slanted(20_000), Box(-12.0, 18.0, -17.0, 13.0)
    own, of_prior = excess(codes, box, 10, fitted=True), excess(codes, box, 10)
    assert np.abs(own).max() < 0.5
    assert np.abs(own).mean() < 0.1
    assert of_prior.max() > 0.5
    assert of_prior.min() < -0.5


@pytest.mark.parametrize("deviation", [0.002, 0.02, 0.05, 0.2, 1.0])
def test_ellipses_are_enlarged_no_more_than_is_needed_to_see_them(deviation: float) -> None:
    ellipses = np.array([[0, 0, deviation, deviation]] * 3, dtype=np.float32)
    factor, width = enlargement(ellipses, 9.0), 9.0
    assert factor * deviation >= 0.999 * VISIBLE * width
    assert all(smaller * deviation < VISIBLE * width for smaller in ENLARGEMENTS if smaller < factor)


def test_points_and_no_posteriors_at_all_are_not_enlarged() -> None:
    assert enlargement(np.zeros((3, 4), np.float32), 9.0) == 1
    assert enlargement(np.zeros((0, 4), np.float32), 9.0) == 1
