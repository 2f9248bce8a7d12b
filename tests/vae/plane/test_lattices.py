import math

import numpy as np
import pytest
from scipy.stats import norm

from vae.plane import lattices


def test_prior_lattice_cells_have_equal_mass() -> None:
    points = lattices.prior_lattice(5).reshape(5, 5, 2)
    np.testing.assert_allclose(norm.cdf(points[0, :, 0]), [0.1, 0.3, 0.5, 0.7, 0.9], atol=1e-6)
    assert points[0, 0, 1] > points[-1, 0, 1]
    assert points[0, 0, 0] < points[0, -1, 0]


@pytest.mark.parametrize("size", [2, 3, 5, 8, 610, 4181])
def test_fibonacci_lattice_fills_the_unit_square_evenly(size) -> None:
    unit = norm.cdf(lattices.fibonacci_lattice(size, (0.3, 0.7)).astype(float))
    for axis in range(2):  # each axis holds every size-th exactly once, up to the shift
        gaps = np.diff(np.sort(unit[:, axis]))
        np.testing.assert_allclose(gaps, 1 / size, atol=1e-5)


def test_fibonacci_lattice_integrates_smooth_functions() -> None:
    z = lattices.fibonacci_lattice(4181, (0.123, 0.456)).astype(float)
    assert np.cos(z @ [1.0, 0.5]).mean() == pytest.approx(math.exp(-0.5 * 1.25), abs=2e-3)
    assert (z**2).mean() == pytest.approx(1, abs=5e-3)


def test_fibonacci_lattice_refuses_other_sizes() -> None:
    with pytest.raises(ValueError, match="4182"):
        lattices.fibonacci_lattice(4182)


def test_a_shift_onto_the_border_stays_finite() -> None:
    assert np.isfinite(lattices.fibonacci_lattice(8, (0.0, 1.0))).all()


@pytest.mark.parametrize("side", [5, 6, 40])
def test_range_lattice_is_evenly_spaced_from_end_to_end(side) -> None:
    points = lattices.range_lattice(side, 2.5).reshape(side, side, 2)
    np.testing.assert_array_equal(points[0, 0], [-2.5, 2.5])  # the top left comes first
    np.testing.assert_array_equal(points[-1, -1], [2.5, -2.5])
    np.testing.assert_allclose(np.diff(points[..., 0], axis=1), 5 / (side - 1), rtol=1e-5)
    np.testing.assert_allclose(np.diff(points[..., 1], axis=0), -5 / (side - 1), rtol=1e-5)


@pytest.mark.parametrize("sigmas", [None, 0.5, 3.0])
def test_the_axis_holds_the_columns_and_the_rows_from_the_bottom_up(sigmas) -> None:
    points = lattices.prior_lattice(7) if sigmas is None else lattices.range_lattice(7, sigmas)
    axis = lattices.axis_of(7, sigmas).astype(np.float32)
    np.testing.assert_array_equal(points.reshape(7, 7, 2)[3, :, 0], axis)
    np.testing.assert_array_equal(points.reshape(7, 7, 2)[::-1, 3, 1], axis)
    assert (np.diff(axis) > 0).all()
