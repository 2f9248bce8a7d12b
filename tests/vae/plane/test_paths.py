import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vae.plane import paths
from vae.serving import channel, decoding

coordinate = st.floats(-paths.LIMIT, paths.LIMIT, width=32)
point = st.tuples(coordinate, coordinate)
counts = st.integers(2, paths.MAX_POINTS)
angle = st.floats(-math.pi, math.pi)


def on_circle(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def test_every_path_fits_into_one_request_of_the_channel() -> None:
    assert paths.MAX_POINTS == decoding.MAX_POINTS
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


@given(radius=st.floats(0.01, 700), start=angle, turn=st.floats(0.1, 3.0), count=counts)
def test_slerp_between_equal_norms_turns_evenly_on_the_circle(radius, start, turn, count) -> None:
    points = paths.spherical(on_circle(radius, start), on_circle(radius, start + turn), count)
    oracle = [on_circle(radius, start + turn * t) for t in np.linspace(0, 1, count)]
    np.testing.assert_allclose(points, oracle, rtol=1e-4, atol=1e-4 * radius)


def test_slerp_of_a_right_angle_is_a_quarter_of_an_ellipse() -> None:
    """Norms are not evened out: with perpendicular ends the formula is cos(90 t) A + sin(90 t) B."""
    points = paths.spherical((2, 0), (0, 1), 91)
    np.testing.assert_allclose(points[30], (2 * math.cos(math.pi / 6), 0.5), rtol=1e-6)
    np.testing.assert_allclose((points[:, 0] / 2) ** 2 + points[:, 1] ** 2, 1, rtol=1e-6)


@given(a=point, b=point, count=counts)
def test_slerp_backwards_is_the_same_path(a, b, count) -> None:
    there, back = paths.spherical(a, b, count), paths.spherical(b, a, count)
    np.testing.assert_allclose(there, back[::-1], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0, 0), (1, 2)),
        ((1, 2), (0, 0)),
        ((0, 0), (0, 0)),
        ((1.5, -0.5), (1.5, -0.5)),
        ((1, 1), (3, 3)),
        ((1, 1), (-2, -2)),
        ((1, 0), (-2, 1e-5)),  # nearly opposite: the formula would pass at a distance of 5e4
        ((1e-30, 0), (2e-30, 0)),
    ],
)
def test_slerp_goes_straight_where_its_angle_says_nothing(a, b) -> None:
    assert paths.goes_straight(a, b)
    np.testing.assert_array_equal(paths.spherical(a, b, 50), paths.straight(a, b, 50))


@given(radius=st.floats(0.01, 10), other=st.floats(0.01, 10), start=angle, turn=st.floats(0.1, 3.0))
def test_slerp_bends_in_every_other_case(radius, other, start, turn) -> None:
    a, b = on_circle(radius, start), on_circle(other, start + turn)
    assert not paths.goes_straight(a, b)
    middle = paths.spherical(a, b, 3)[1]
    # sin(w / 2) / sin(w) = 1 / (2 cos(w / 2)): beyond the middle of the chord, seen from the origin
    chord = np.add(a, b) / 2
    np.testing.assert_allclose(middle, chord / math.cos(turn / 2), rtol=1e-3, atol=1e-5)


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
