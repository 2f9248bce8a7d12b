"""The digits' colours, as the style sheet has them, can be told apart from each other and from the ground."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]
SHEET = ROOT / "pages" / "components" / "frame" / "colours.css"
THEMES = ("light", "dark")

# What people with a complete colour blindness see, in linear RGB: Machado, Oliveira & Fernandes 2009.
SIGHT = {
    "normal vision": "1 0 0  0 1 0  0 0 1",
    "protanopia": "0.152286 1.052583 -0.204868  0.114503 0.786281 0.099216  -0.003882 -0.048116 1.051998",
    "deuteranopia": "0.367322 0.860646 -0.227968  0.280085 0.672501 0.047413  -0.011820 0.042940 0.968881",
    "tritanopia": "1.255528 -0.076749 -0.178779  -0.078411 0.930809 0.147602  0.004733 0.691367 0.303900",
}
TO_XYZ = (
    "0.4124564 0.3575761 0.1804375  0.2126729 0.7151522 0.0721750  0.0193339 0.1191920 0.9503041"  # sRGB, D65
)
# Two dots of a few pixels are told apart at about ten units of lightness, where large patches need one
# (Stone, Szafir & Setlur 2014); ten colours that keep a contrast of 3 leave room for a little more.
LEAST_DISTANCE = 13
NEIGHBOURS = ((4, 9), (7, 9), (3, 5), (3, 8), (5, 8), (2, 8), (4, 7))  # whose codes lie side by side
LEAST_BETWEEN_NEIGHBOURS = 20


def matrix(numbers: str) -> NDArray[np.float64]:
    return np.array(numbers.split(), dtype=np.float64).reshape(3, 3)


def palette(theme: str) -> list[str]:
    """The ten colours of a theme, #rrggbb each."""
    rules = re.findall(r"--digit-(\d): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", SHEET.read_text())
    assert [int(digit) for digit, *_ in rules] == list(range(10))
    return [colours[THEMES.index(theme)] for _, *colours in rules]


def ground(theme: str) -> str:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    return str(settings["theme"][theme]["backgroundColor"])


def linear_rgb(colour: str) -> NDArray[np.float64]:
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def cielab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    white = matrix(TO_XYZ).sum(1)
    t = np.clip(linear, 0, 1) @ matrix(TO_XYZ).T / white
    x, y, z = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def ciede2000(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The colour difference of Sharma, Wu & Dalal 2005, of two colours in CIELAB; 1 is just noticeable."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    a1, a2 = (a * (1.5 - 0.5 * np.sqrt(chroma7 / (chroma7 + 25**7))) for a in (a1, a2))
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    cosines = [np.cos(np.radians(k * hue - shift)) for k, shift in ((1, 30), (2, 0), (3, -6), (4, 63))]
    t = 1 + np.dot([-0.17, 0.24, 0.32, -0.2], cosines)
    by_lightness = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    bend = np.radians(60 * np.exp(-(((hue % 360 - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(bend)
    return float(np.sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue))


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [  # of the test data published with the formula
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_is_the_published_one(
    one: tuple[float, ...], other: tuple[float, ...], difference: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_digits_differ_in_colour_for_everybody(sight: str, theme: str) -> None:
    linear = np.array([linear_rgb(colour) for colour in palette(theme)])
    seen = cielab(linear @ matrix(SIGHT[sight]).T)
    distances = {(i, j): ciede2000(seen[i], seen[j]) for i in range(10) for j in range(i)}
    assert min(distances.values()) >= LEAST_DISTANCE
    if sight != "tritanopia":  # which one in some ten thousand has
        between = {pair: distances[max(pair), min(pair)] for pair in NEIGHBOURS}
        assert min(between.values()) >= LEAST_BETWEEN_NEIGHBOURS


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_stands_out_from_its_ground(theme: str) -> None:
    def luminance(colour: str) -> float:  # WCAG 2.2
        return float(linear_rgb(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05

    ratios = [luminance(colour) / luminance(ground(theme)) for colour in palette(theme)]
    assert min(max(ratio, 1 / ratio) for ratio in ratios) >= 3
