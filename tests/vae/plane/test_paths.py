import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from vae.plane import paths
from vae.serving import channel

coordinate = st.floats(-paths.LIMIT, paths.LIMIT, width=32)
point = st.tuples(coordinate, coordinate)
counts = st.integers(2, paths.MAX_POINTS)
angle = st.floats(-math.pi, math.pi)
# Far out the limit of the coordinates cuts a turn off; within it there is nothing but the turn
norm = st.floats(0.01, 700)
near_coordinate = st.floats(-700, 700, width=32)
near = st.tuples(near_coordinate, near_coordinate)


def on_circle(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def test_every_path_fits_into_one_request_of_the_channel() -> None:
    assert paths.MAX_POINTS == channel.MAX_POINTS
    assert paths.LIMIT == channel.LIMIT


@pytest.mark.parametrize("path", [paths.straight, paths.spherical])
@given(a=point, b=point, count=counts)
def test_ends_are_exact_and_all_between_is_within_the_channels_limit(path, a, b, count) -> None:
    points = path(a, b, count)
    assert points.shape == (count, 2)
    assert points.dtype == np.float32
    assert tuple(points[0]) == a
    assert tuple(points[-1]) == b
    assert (np.abs(points) <= paths.LIMIT).all()


@given(a=point, b=point, count=counts)
def test_straight_points_are_equidistant_on_the_line(a, b, count) -> None:
    t = np.arange(count)[:, None] / (count - 1)
    oracle = np.asarray(a) + t * (np.asarray(b) - np.asarray(a))
    np.testing.assert_allclose(paths.straight(a, b, count), oracle, rtol=1e-5, atol=1e-3)


@given(radius=norm, start=angle, turn=st.floats(0.1, 3.0), count=counts)
def test_spherical_path_between_equal_norms_turns_evenly_on_the_circle(radius, start, turn, count) -> None:
    points = paths.spherical(on_circle(radius, start), on_circle(radius, start + turn), count)
    oracle = [on_circle(radius, start + turn * t) for t in np.linspace(0, 1, count)]
    np.testing.assert_allclose(points, oracle, rtol=1e-4, atol=1e-4 * radius)


@given(radius=norm, other=norm, start=angle, turn=st.floats(-3.1, 3.1), count=counts)
def test_angle_and_radius_change_evenly(radius, other, start, turn, count) -> None:
    a, b = on_circle(radius, start), on_circle(other, start + turn)
    oracle = [on_circle((1 - t) * radius + t * other, start + turn * t) for t in np.linspace(0, 1, count)]
    np.testing.assert_allclose(paths.spherical(a, b, count), oracle, rtol=1e-4, atol=1e-4 * (radius + other))


@given(a=near, b=near, count=counts)
@example(a=(0.098, -1.738), b=(-0.014, 1.384), count=201)  # by slerp's formula z2 reaches -7.67
@example(a=(1, 0), b=(-2, 1e-5), count=201)
def test_the_spherical_path_stays_in_the_ring_between_its_ends(a, b, count) -> None:
    radii = np.linalg.norm(paths.spherical(a, b, count).astype(np.float64), axis=1)
    low, high = sorted((math.hypot(*a), math.hypot(*b)))
    assert radii.min() >= low * (1 - 1e-6) - 1e-12
    assert radii.max() <= high * (1 + 1e-6) + 1e-12


@given(a=near, b=near, count=st.integers(50, paths.MAX_POINTS))
def test_the_spherical_path_has_no_jumps(a, b, count) -> None:
    """No step is longer than an even share of the turn at the larger radius and of the way outwards."""
    steps = np.linalg.norm(np.diff(paths.spherical(a, b, count).astype(np.float64), axis=0), axis=1)
    radii = math.hypot(*a), math.hypot(*b)
    even = (abs(paths.turn(a, b)) * max(radii) + abs(radii[1] - radii[0])) / (count - 1)
    assert steps.max() <= even + 1e-6 * max(1, *radii)


@given(a=point, b=point, count=counts)
@example(a=(1, 2), b=(-2, -4), count=9)
@example(a=(0, -3), b=(0, 1), count=9)
def test_the_spherical_path_backwards_is_the_same_path(a, b, count) -> None:
    there, back = paths.spherical(a, b, count), paths.spherical(b, a, count)
    np.testing.assert_allclose(there, back[::-1], rtol=1e-4, atol=1e-3)
    assert paths.turn(a, b) == -paths.turn(b, a)


@given(a=near, b=near)
def test_the_turn_is_the_angle_between_the_ends(a, b) -> None:
    lengths = math.hypot(*a) * math.hypot(*b)
    assume(lengths > 1e-6)
    cosine = float(np.clip(np.dot(a, b) / lengths, -1, 1))
    assert math.cos(paths.turn(a, b)) == pytest.approx(cosine, abs=1e-9)
    assert -math.pi <= paths.turn(a, b) <= math.pi


@pytest.mark.parametrize(
    ("a", "b", "middle"),
    [
        ((1, 0), (-1, 0), (0, 1)),
        ((-1, 0), (1, 0), (0, 1)),
        ((1, -1), (-3, 3), (2, 2)),
        ((0, 2), (0, -2), (-2, 0)),
        ((0, -2), (0, 2), (-2, 0)),
    ],
)
def test_between_opposite_ends_it_leads_over_the_top(a, b, middle) -> None:
    np.testing.assert_allclose(paths.spherical(a, b, 3)[1], middle, atol=1e-6)
    assert not paths.goes_straight(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0, 0), (1, 2)),
        ((1, 2), (0, 0)),
        ((0, 0), (0, 0)),
        ((1.5, -0.5), (1.5, -0.5)),
        ((1, 1), (3, 3)),
        ((1e-30, 0), (2e-30, 0)),
    ],
)
def test_where_nothing_turns_the_spherical_path_is_straight(a, b) -> None:
    assert paths.goes_straight(a, b)
    np.testing.assert_allclose(paths.spherical(a, b, 50), paths.straight(a, b, 50), rtol=1e-6, atol=1e-6)


@given(a=point, b=point, count=counts)
def test_arc_lengths_of_a_line_grow_evenly_to_its_length(a, b, count) -> None:
    length = math.dist(a, b)
    assume(length > 1)
    walked = paths.arc_lengths(paths.straight(a, b, count))
    np.testing.assert_allclose(walked, np.linspace(0, length, count), rtol=1e-3, atol=1e-2)


def test_the_arc_length_of_a_half_turn_is_pi() -> None:
    circle = np.array([on_circle(1, a) for a in np.linspace(0, math.pi, 256)], dtype=np.float32)
    assert paths.arc_lengths(circle)[-1] == pytest.approx(math.pi, rel=1e-4)


@pytest.mark.parametrize("end", [(math.nan, 0), (0, math.inf), (1000.5, 0), (1,), (1, 2, 3)])
@pytest.mark.parametrize("path", [paths.straight, paths.spherical])
def test_an_end_that_is_no_point_of_the_plane_is_refused(path, end) -> None:
    for ends in ((end, (0, 0)), ((0, 0), end)):
        with pytest.raises(ValueError, match="An end of a path is two numbers"):
            path(*ends)


@pytest.mark.parametrize("count", [0, 1, 257])
def test_a_path_has_2_to_256_points(count) -> None:
    with pytest.raises(ValueError, match="2 to 256 points"):
        paths.straight((0, 0), (1, 1), count)
