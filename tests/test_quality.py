import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from vae.quality import knn_accuracy


def test_knn_accuracy_agrees_with_leave_one_out_cross_validation() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 150).astype(np.uint8)
    means = (generator.normal(size=(150, 2)) + labels[:, None]).astype(np.float32)
    oracle = cross_val_score(KNeighborsClassifier(10), means, labels, cv=LeaveOneOut()).mean()
    assert knn_accuracy(means, labels) == pytest.approx(oracle)


def test_duplicates_do_not_vote_for_themselves() -> None:
    means = np.zeros((30, 2), np.float32)
    labels = np.array([0] * 15 + [1] * 15, np.uint8)
    assert 0 <= knn_accuracy(means, labels) <= 1
    assert knn_accuracy(means, np.zeros(30, np.uint8)) == 1
