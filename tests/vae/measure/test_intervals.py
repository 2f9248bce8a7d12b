import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from vae.measure.intervals import difference, wilson


@given(st.integers(1, 20_000), st.floats(0, 1))
def test_it_is_scipys_interval(count, part) -> None:
    true = round(part * count)
    oracle = binomtest(true, count).proportion_ci(method="wilson")
    low, high = wilson(true / count, count)
    assert low == pytest.approx(oracle.low, abs=1e-9)
    assert high == pytest.approx(oracle.high, abs=1e-9)
    assert 0 <= low <= true / count + 1e-12
    assert true / count - 1e-12 <= high <= 1


def test_wilsons_own_way_never_says_certain() -> None:
    low, high = wilson(1.0, 10)
    assert low == pytest.approx(0.7225, abs=1e-4)  # 10 / (10 + z^2)
    assert high == pytest.approx(1)


def test_a_difference_is_that_of_the_papers_example() -> None:
    """56 of 70 against 48 of 80, Newcombe 1998, table II, column (a)."""
    low, high = difference(56 / 70, wilson(56 / 70, 70), 48 / 80, wilson(48 / 80, 80))
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_difference_the_other_way_round_is_the_same() -> None:
    shares = 0.3, wilson(0.3, 50), 0.7, wilson(0.7, 90)
    low, high = difference(*shares)
    assert (-high, -low) == pytest.approx(difference(*shares[2:], *shares[:2]))
