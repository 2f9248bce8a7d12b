import numpy as np

from vae.plane.pairs import PAIRS, pairs, shown_pairs

LABELS = np.random.default_rng(0).integers(0, 10, 300).astype(np.uint8)


def test_pairs_are_of_different_digits_and_the_same_for_the_same_seed() -> None:
    drawn = pairs(LABELS, 1000, 3)
    assert drawn.shape == (1000, 2)
    assert (LABELS[drawn[:, 0]] != LABELS[drawn[:, 1]]).all()
    np.testing.assert_array_equal(drawn, pairs(LABELS, 1000, 3))
    assert (drawn != pairs(LABELS, 1000, 4)).any()
    assert len(np.unique(drawn)) > 250  # from everywhere


def test_images_without_labels_are_paired_with_any_other() -> None:
    drawn = pairs(np.zeros(5, np.uint8), 300, 0)
    assert {tuple(pair) for pair in drawn.tolist()} == {(a, b) for a in range(5) for b in range(5) if a != b}


def test_the_pairs_that_are_shown_were_drawn_by_lot_and_not_sorted_since() -> None:
    shown = shown_pairs(LABELS)
    np.testing.assert_array_equal(shown, pairs(LABELS, 1000, 0))
    assert len(shown) == PAIRS
    halves = LABELS[shown[:500]], LABELS[shown[500:]]
    shares = [np.bincount(half.ravel(), minlength=10) / half.size for half in halves]
    np.testing.assert_allclose(*shares, atol=0.06)  # the later ones are as the earlier ones
