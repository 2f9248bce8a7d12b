import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vae.plane import neighbours


@given(n=st.integers(1, 40), k=st.integers(1, 50), seed=st.integers(0, 100))
def test_nearest_agrees_with_sorting_everything(n, k, seed) -> None:
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(n, 2)).astype(np.float32)
    z = generator.normal(size=2).astype(np.float32)
    index, distance = neighbours.nearest(means, z, k)
    oracle = np.sort(np.hypot(*(means.astype(float) - z).T))[:k]
    np.testing.assert_allclose(distance, oracle, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*(means[index].astype(float) - z).T), distance)


def test_digits_of_a_label_begin_with_the_typical_one_and_occur_once() -> None:
    means = np.array([[9, 9], [0, 0], [1, 1], [5, -5], [2, 2], [1.1, 1]], dtype=np.float32)
    labels = np.array([4, 3, 3, 4, 3, 3], dtype=np.uint8)
    # the median of the threes is (1.05, 1)
    assert neighbours.digits_of(means, labels, 3).tolist() in ([2, 4, 5, 1], [5, 1, 2, 4])
    assert neighbours.digits_of(means, labels, 4).tolist() in ([0, 3], [3, 0])
    assert neighbours.digits_of(means, labels, 7).tolist() == []


@given(seed=st.integers(0, 100), index=st.integers(0, 29))
def test_a_digit_is_found_at_its_own_rounded_mean_and_nowhere_else(seed, index) -> None:
    means = np.random.default_rng(seed).normal(size=(30, 2)).astype(np.float32)
    found = neighbours.digit_at(means, [round(float(z), 4) for z in means[index]])
    assert found == index
    assert neighbours.digit_at(means, means[index] + [0.001, 0]) in (None, *np.delete(np.arange(30), index))


def test_class_shares_count_labels() -> None:
    shares = neighbours.class_shares(np.array([3, 3, 3, 8], dtype=np.uint8))
    assert shares[3] == 0.75
    assert shares[8] == 0.25
    assert shares.sum() == 1
