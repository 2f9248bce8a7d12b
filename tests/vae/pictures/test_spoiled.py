"""Noise and rubber."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vae.config import PIXELS
from vae.pictures.spoiled import noise, spoiled

PICTURE = np.random.default_rng(1).integers(0, 256, PIXELS).astype(np.uint8)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_noise_replaces_more_and_never_gives_back(one: float, other: float) -> None:
    less, more = sorted((one, other))
    changed = [noise().rank < round(share * PIXELS) for share in (less, more)]
    assert not (changed[0] & ~changed[1]).any()
    seen = spoiled(PICTURE, more)
    assert (seen == np.where(changed[1], noise().grey, PICTURE)).all()
    assert changed[1].sum() == round(more * PIXELS)


def test_without_noise_and_rubber_nothing_changes() -> None:
    assert (spoiled(PICTURE, 0.0) == PICTURE).all()


def test_what_is_rubbed_out_is_black_even_under_noise() -> None:
    rubbed = np.arange(PIXELS) % 3 == 0
    seen = spoiled(PICTURE, 1.0, rubbed)
    assert not seen[rubbed].any()
    assert (seen[~rubbed] == noise().grey[~rubbed]).all()
    assert seen.dtype == np.uint8
