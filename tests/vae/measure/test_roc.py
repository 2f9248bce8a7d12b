"""The ROC curve against scikit-learn's, and against all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from vae.measure.roc import roc

few = arrays(np.float32, st.integers(1, 30), elements=st.integers(-5, 5).map(float))  # many are equal


@given(few, few)
def test_it_is_scikit_learns(members: NDArray[np.float32], strangers: NDArray[np.float32]) -> None:
    curve = roc(members, strangers)
    belongs = np.arange(len(members) + len(strangers)) < len(members)
    scores = np.concatenate([members, strangers])
    strangers_in, members_in, _ = roc_curve(belongs, scores, drop_intermediate=False)
    np.testing.assert_allclose(curve.strangers, strangers_in)
    np.testing.assert_allclose(curve.members, members_in)
    assert curve.area == pytest.approx(roc_auc_score(belongs, scores))


@given(few, few)
def test_the_area_counts_the_pairs_in_which_a_member_scores_higher(
    members: NDArray[np.float32], strangers: NDArray[np.float32]
) -> None:
    difference = members[:, None] - strangers[None]
    assert roc(members, strangers).area == pytest.approx(((difference > 0) + 0.5 * (difference == 0)).mean())


@given(few, few)
def test_the_other_way_round_the_area_is_what_is_missing(
    members: NDArray[np.float32], strangers: NDArray[np.float32]
) -> None:
    assert roc(-members, -strangers).area == pytest.approx(1 - roc(members, strangers).area)


def test_infinite_scores_are_the_lowest_and_the_highest() -> None:
    assert roc(np.array([np.inf, 0.0]), np.array([-np.inf, -1.0])).area == 1


@pytest.mark.parametrize("scores", [np.array([]), np.array([np.nan, 1.0])])
def test_what_cannot_be_ranked_is_refused(scores: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match=r"score"):
        roc(scores, np.array([1.0]))
