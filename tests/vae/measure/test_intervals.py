import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from vae.measure.intervals import wilson


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
