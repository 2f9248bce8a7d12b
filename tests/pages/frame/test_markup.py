"""Small pictures hold the pixels they were made of; bars count; what is text stays text."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from pages.components.frame.markup import digit_png, digit_strip, facts, share_bars, unformatted
from vae.plane.neighbours import class_shares

pictures = arrays(np.uint8, 784)


@given(pictures)
def test_a_png_holds_every_pixel(pixels: NDArray[np.uint8]) -> None:
    image = np.asarray(Image.open(io.BytesIO(digit_png(pixels))))
    np.testing.assert_array_equal(image, pixels.reshape(28, 28))


def test_a_strip_shows_the_digits_in_order_with_their_labels() -> None:
    images = np.arange(3 * 784, dtype=np.uint32).astype(np.uint8).reshape(3, 784)
    strip = digit_strip(images, [4, 0, 9], ["a", "b", "<c>"], "test digit")
    assert re.findall(r"<figcaption>(\d)</figcaption>", strip) == ["4", "0", "9"]
    assert re.findall(r'alt="([^"]+)"', strip) == ["test digit 4", "test digit 0", "test digit 9"]
    assert "<c>" not in strip


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_bars_count_the_labels(labels: list[int]) -> None:
    bars = share_bars(class_shares(np.array(labels, np.uint8)), len(labels))
    counts = [int(text or 0) for text in re.findall(r'class="count">(\d*)<', bars)]
    assert counts == [labels.count(digit) for digit in range(10)]
    shares = [float(text) for text in re.findall(r"--share:([\d.]+)", bars)]
    assert shares == pytest.approx([labels.count(digit) / len(labels) for digit in range(10)], abs=1e-3)


def test_facts_are_text_not_markup() -> None:
    assert "<i>" not in facts([("<i>", "<i>", "<i>")])


@pytest.mark.parametrize(
    "text", ["![](//host/a.png)", "[here](//host)", "<img src=//host>", "$x$", "`a`", "*a*", "~~a~~"]
)
def test_nothing_that_a_visitor_wrote_is_formatted(text: str) -> None:
    shown = unformatted(text)
    assert re.sub(r"\\(.)", r"\1", shown) == text
    assert not re.search(r"(?<!\\)[`*_{}\[\]!$~<>|#]", shown)
