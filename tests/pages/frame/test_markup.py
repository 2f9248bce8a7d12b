"""Small pictures hold the pixels they were made of; the digits' colours can be told apart."""

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

from pages.components.frame.markup import DIGIT_COLOURS, digit_png, digit_strip, facts, share_bars
from vae.plane.neighbours import class_shares

pictures = arrays(np.uint8, 784)

# What people with a complete colour blindness see, in linear RGB: Machado, Oliveira & Fernandes 2009.
SIGHT = {
    "normal vision": "1 0 0  0 1 0  0 0 1",
    "protanopia": "0.152286 1.052583 -0.204868  0.114503 0.786281 0.099216  -0.003882 -0.048116 1.051998",
    "deuteranopia": "0.367322 0.860646 -0.227968  0.280085 0.672501 0.047413  -0.011820 0.042940 0.968881",
    "tritanopia": "1.255528 -0.076749 -0.178779  -0.078411 0.930809 0.147602  0.004733 0.691367 0.303900",
}
# Linear RGB to OKLab (Ottosson 2020), in which a distance of about 0.02 is just noticeable.
TO_LMS = "0.4122215 0.5363325 0.0514460  0.2119035 0.6806995 0.1073970  0.0883025 0.2817188 0.6299787"
TO_LAB = "0.2104543 0.7936178 -0.0040720  1.9779985 -2.4285922 0.4505937  0.0259040 0.7827718 -0.8086758"


def matrix(numbers: str) -> NDArray[np.float64]:
    return np.array(numbers.split(), dtype=np.float64).reshape(3, 3)


def linear_rgb(colour: str) -> NDArray[np.float64]:
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def oklab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cbrt(linear @ matrix(TO_LMS).T) @ matrix(TO_LAB).T


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_digits_differ_in_colour_for_everybody(sight: str) -> None:
    seen = np.array([linear_rgb(colour) for colour in DIGIT_COLOURS]) @ matrix(SIGHT[sight]).T
    seen = oklab(np.clip(seen, 0, 1))
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=-1)[~np.eye(10, dtype=bool)]
    assert distances.min() > 0.1


@pytest.mark.parametrize(("paper", "contrast"), [("#ffffff", 1.89), ("#14171c", 2.49)])
def test_every_colour_stands_out_from_light_and_dark_paper(paper: str, contrast: float) -> None:
    def luminance(colour: str) -> float:  # WCAG 2.2
        return float(linear_rgb(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05

    ratios = [luminance(colour) / luminance(paper) for colour in DIGIT_COLOURS]
    assert min(max(ratio, 1 / ratio) for ratio in ratios) >= contrast


@given(pictures, st.integers(1, 20))
def test_a_png_holds_every_pixel_as_a_square(pixels: NDArray[np.uint8], scale: int) -> None:
    image = np.asarray(Image.open(io.BytesIO(digit_png(pixels, scale))))
    assert image.shape == (28 * scale, 28 * scale)
    np.testing.assert_array_equal(image, np.kron(pixels.reshape(28, 28), np.ones((scale, scale), np.uint8)))


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
