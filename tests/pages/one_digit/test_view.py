"""What the page of one digit shows, in its address."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.views import read, rounded, write
from pages.components.one_digit.view import DigitView, mask_of, parts, picture_of
from vae.datasets.small import small_digits
from vae.pictures.spoiled import spoiled

NAMES = ("vae", "autoencoder")
SERVICE = SimpleNamespace(names=NAMES, has=NAMES.__contains__)
PARTS = parts(SERVICE)  # type: ignore[arg-type]


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: rounded(value, low, high) or 0.0)


views = st.builds(
    DigitView,
    checkpoint=st.sampled_from(SERVICE.names),
    digit=st.integers(0, 9999),
    picture=st.none() | st.binary(min_size=784, max_size=784),
    noise=numbers(0, 1),
    rubbed=st.none() | st.binary(min_size=98, max_size=98),
    eps=st.tuples(numbers(-3, 3), numbers(-3, 3)),
    beta=numbers(0, 4),
    count=st.integers(1, 100),
    temperature=numbers(0, 30),
    ask=st.booleans(),
)


@given(views)
def test_what_is_written_is_read_again(view: DigitView) -> None:
    assert read(write(view, PARTS), PARTS, DigitView) == (view, None)


@pytest.mark.parametrize("name", ["x", "rubbed"])
@pytest.mark.parametrize("text", ["", "abc", "eJwDAAAAAAE", "=" * 9, "é"])
def test_a_picture_that_is_none_is_refused_in_words(name: str, text: str) -> None:
    view, refused = read({name: text, "digit": "7"}, PARTS, DigitView)
    assert view == DigitView("vae", digit=7)
    assert refused is not None
    assert name in refused


def test_a_drawing_makes_an_address_that_can_be_sent() -> None:
    """Digits as real hands wrote them: nine of ten addresses are shorter than 500 letters, all than 1,000."""
    addresses = [
        urlencode(write(DigitView("vae", picture=image.tobytes()), PARTS))
        for image in small_digits().images[:200]
    ]
    lengths = sorted(map(len, addresses))
    assert lengths[180] < 700
    assert lengths[-1] < 1000


def test_bits_and_bytes_are_those_of_the_picture() -> None:
    mask = np.arange(784) % 5 == 0
    assert (mask_of(np.packbits(mask).tobytes()) == mask).all()
    view = DigitView("vae", rubbed=np.packbits(mask).tobytes())
    assert view.mask is not None
    image = small_digits().images[0]
    assert (picture_of(image.tobytes()) == image).all()
    assert not spoiled(image, 0.0, view.mask)[mask].any()
