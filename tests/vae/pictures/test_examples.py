"""Examples that are no digits."""

import numpy as np

from vae.pictures import examples


def test_the_letter_stands_where_mnists_digits_stand() -> None:
    picture = examples.letter().reshape(28, 28)
    rows, _ = np.nonzero(picture > 64)
    assert 18 <= rows.max() - rows.min() + 1 <= 22
    assert abs(np.average(np.arange(28), weights=picture.sum(axis=1)) - 13.5) < 1.5
    assert abs(np.average(np.arange(28), weights=picture.sum(axis=0)) - 13.5) < 1.5
    assert picture.max() == 255


def test_upside_down_twice_is_as_before() -> None:
    picture = examples.letter()
    assert (examples.upside_down(examples.upside_down(picture)) == picture).all()
    assert (examples.upside_down(picture).reshape(28, 28) == np.rot90(picture.reshape(28, 28), 2)).all()


def test_blank_and_noise() -> None:
    assert not examples.blank().any()
    assert len(np.unique(examples.grey_noise())) > 200
