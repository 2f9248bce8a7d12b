import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae.plane.linking import carried


def means(seed: int, n: int, scale: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(n, 2)) * scale + [3, -1]).astype(np.float32)


def ranks(column: np.ndarray) -> np.ndarray:
    return column.argsort(kind="stable").argsort(kind="stable")


@given(seed=st.integers(0, 50), n=st.integers(1, 60))
def test_the_ith_smallest_mean_goes_to_the_ith_smallest_axis_by_axis(seed, n) -> None:
    source, target = means(seed, n), means(seed + 1, n, (12, 6))
    moved = carried(source, source, target)
    assert moved.dtype == np.float32
    for axis in range(2):
        np.testing.assert_array_equal(moved[:, axis], np.sort(target[:, axis])[ranks(source[:, axis])])


@given(seed=st.integers(0, 50), n=st.integers(2, 60), k=st.integers(0, 20))
def test_there_and_back_is_where_one_was_outside_the_means_too(seed, n, k) -> None:
    source, target = means(seed, n), means(seed + 1, n, (12, 6))
    z = np.random.default_rng(seed + 2).normal((3, -1), 3, (k, 2))
    back = carried(carried(z, source, target), target, source)
    assert back.shape == (k, 2)
    # A single precision coordinate between two means of the target that almost coincide is the less exact
    # the steeper the way back is there.
    steepest = max(
        (np.diff(np.sort(source[:, axis])) / np.diff(np.sort(target[:, axis]))).max() for axis in range(2)
    )
    np.testing.assert_allclose(back, z, atol=1e-4 * max(1.0, steepest))


@given(seed=st.integers(0, 50), n=st.integers(2, 40), m=st.integers(2, 40))
def test_order_is_kept_between_planes_of_any_number_of_means(seed, n, m) -> None:
    z = np.sort(np.random.default_rng(seed).normal(size=(100, 2), scale=4), axis=0)
    moved = carried(z, means(seed, n), means(seed + 1, m, (5, 0.01)))
    assert (np.diff(moved, axis=0) >= 0).all()


def test_the_median_goes_to_the_median_of_a_plane_with_fewer_means() -> None:
    source, target = means(0, 101), means(1, 37)
    moved = carried(np.median(source, axis=0)[None], source, target)
    np.testing.assert_allclose(moved[0], np.median(target, axis=0), rtol=1e-6)


def test_beyond_the_outermost_means_it_goes_on_with_the_ratio_of_the_widths() -> None:
    source = np.array([[0, 0], [1, 1], [2, 4]], np.float32)
    target = np.array([[10, 5], [50, 6], [20, 7]], np.float32)
    moved = carried([[-1, 0.5], [3, 6], [1.5, -4]], source, target)
    np.testing.assert_allclose(moved, [[-10, 5.5], [70, 8], [35, 3]])


def test_from_a_plane_of_no_width_a_point_is_only_shifted() -> None:
    source = np.full((3, 2), 2, np.float32)
    target = np.array([[10, 0], [20, 0], [30, 0]], np.float32)
    np.testing.assert_allclose(carried([[3, 1], [1, 3]], source, target), [[31, -1], [9, 1]])


def test_between_two_planes_with_the_same_means_nothing_moves() -> None:
    source = means(0, 50)
    z = np.random.default_rng(1).normal(size=(30, 2), scale=4)
    np.testing.assert_allclose(carried(z, source, source), z, rtol=1e-6)


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0)])
def test_a_plane_without_means_cannot_be_linked(n, m) -> None:
    with pytest.raises(ValueError, match="no quantiles"):
        carried([[0, 0]], means(0, n), means(1, m))
