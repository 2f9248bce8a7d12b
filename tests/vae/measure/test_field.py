import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae.measure import field
from vae.measure.field import Field, centres
from vae.plane.box import Box

BOX = Box(-1.0, 3.0, -2.0, 2.0)


def uneven(side: int = 16, seed: int = 0) -> Field:
    """Positive definite everywhere."""
    rng = np.random.default_rng(seed)
    m11, m22 = rng.uniform(0.5, 2, (2, side, side))
    m12 = rng.uniform(-0.9, 0.9, (side, side)) * np.sqrt(m11 * m22)
    return Field(BOX, np.stack([m11, m12, m22], axis=-1))


def zigzag(curves: int = 3, points: int = 12, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.linspace((-0.8, -1.8), (2.8, 1.8), points) + rng.normal(0, 0.1, (curves, points, 2))


@given(z1=st.floats(-0.75, 2.75), z2=st.floats(-1.75, 1.75))
def test_what_is_linear_is_exact(z1, z2) -> None:
    places = centres(BOX, 8)
    tensors = np.stack([places[..., 0], places[..., 1], 1 + places.sum(axis=-1)], axis=-1)
    value, along_1, along_2 = Field(BOX, tensors).at(np.array([z1, z2]))
    np.testing.assert_allclose(value, (z1, z2, 1 + z1 + z2), atol=1e-9)
    np.testing.assert_allclose(along_1, (1, 0, 1), atol=1e-9)
    np.testing.assert_allclose(along_2, (0, 1, 1), atol=1e-9)


def test_beyond_the_outermost_centres_it_is_constant() -> None:
    found = uneven()
    value, along_1, _ = found.at(np.array([[9.0, 0.3], [2.9, 0.3]]))
    np.testing.assert_allclose(value[0], value[1])
    np.testing.assert_array_equal(along_1, np.zeros((2, 3)))


def test_steps_are_lengths_in_the_metric() -> None:
    constant = Field(BOX, np.broadcast_to([4.0, 1.0, 9.0], (4, 4, 3)))
    steps = constant.steps(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))
    np.testing.assert_allclose(steps, [2, 3, np.sqrt(15)])


def test_the_gradient_is_that_of_differences() -> None:
    found, curves, small = uneven(), zigzag(), 1e-6
    energies = found._energies(curves)
    assert energies.total == pytest.approx((found.steps(curves) ** 2).sum(axis=1))
    for k, i, axis in ((0, 1, 0), (1, 5, 1), (2, 10, 0)):
        up, down = curves.copy(), curves.copy()
        up[k, i, axis] += small
        down[k, i, axis] -= small
        slope = (found._energies(up).total - found._energies(down).total)[k] / (2 * small)
        assert energies.gradient[k, i - 1, axis] == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_in_a_constant_metric_one_step_of_newton_straightens_every_curve_by_itself() -> None:
    constant = Field(BOX, np.broadcast_to([4.0, 1.0, 9.0], (4, 4, 3)))
    curves = zigzag()
    straightened = curves[:, 1:-1] - field._newton(constant._energies(curves))
    oracle = np.linspace(curves[:, 0], curves[:, -1], curves.shape[1], axis=1)[:, 1:-1]
    np.testing.assert_allclose(straightened, oracle, atol=1e-9)


def test_relaxed_curves_keep_their_ends_and_have_less_energy_each() -> None:
    found, curves = uneven(), zigzag(20, 40)
    relaxed = found.relaxed(curves)
    np.testing.assert_array_equal(relaxed[:, [0, -1]], curves[:, [0, -1]])
    assert (found._energies(relaxed).total < found._energies(curves).total).all()
    alone = found.relaxed(curves[7:8])
    np.testing.assert_allclose(relaxed[7], alone[0], atol=1e-6)  # no curve minds the others
