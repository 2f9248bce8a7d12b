"""Pictures that the judge was not trained on, for measuring it: what is no digit, and other handwriting.

All are uint8 (n, 784), 0 to 255, and made by other means than those of the training (vae/training/negatives).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vae.config import PIXELS, SIDE
from vae.data import Digits
from vae.measure.traversal import Images

FINE = 4  # times finer than a picture: strokes are drawn there
LETTERS = "AFHKRTXY"  # of which no turn makes a digit
Generator = np.random.Generator


def scribbles(count: int, generator: Generator) -> Images:
    """A pen that walks on and turns at random, once or twice, as wide as MNIST's strokes."""
    return np.stack([_scribble(generator) for _ in range(count)])


def _scribble(generator: Generator) -> NDArray[np.uint8]:
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    width = int(generator.uniform(2, 3.5) * FINE)
    for _ in range(generator.integers(1, 3)):
        steps = generator.integers(45, 90)
        turns = np.cumsum(generator.normal(0, 0.35, steps))  # of the curvature, which wanders, too
        angle = generator.uniform(0, 2 * np.pi) + np.cumsum(0.25 * turns)
        path = np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1), axis=0) * 1.2
        path = path - (path.max(axis=0) + path.min(axis=0)) / 2
        path = SIDE / 2 + path * min(1.0, 10 / np.abs(path).max())
        ImageDraw.Draw(canvas).line([tuple(point * FINE) for point in path], 255, width, joint="curve")
    return _reduced(canvas)


def letters(count: int, generator: Generator) -> Images:
    """Printed capitals turned by any angle."""
    return np.stack([_letter(generator) for _ in range(count)])


def _letter(generator: Generator) -> NDArray[np.uint8]:
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    letter = LETTERS[generator.integers(len(LETTERS))]
    font = ImageFont.load_default(generator.uniform(20, 26) * FINE)
    middle = (SIDE * FINE / 2, SIDE * FINE / 2)
    bold = int(generator.integers(1, 5))
    ImageDraw.Draw(canvas).text(middle, letter, 255, font, anchor="mm", stroke_width=bold, stroke_fill=255)
    return _reduced(canvas.rotate(generator.uniform(0, 360), Image.Resampling.BILINEAR))


def _reduced(canvas: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX), np.uint8).reshape(PIXELS)


def overlays(digits: Digits, count: int, generator: Generator) -> Images:
    """Two digits of different labels, one drawn over the other."""
    one, other = generator.integers(len(digits.labels), size=(2, 4 * count))
    kept = np.flatnonzero(digits.labels[one] != digits.labels[other])[:count]
    drawn: Images = np.maximum(digits.images[one[kept]], digits.images[other[kept]])
    return drawn


def textures(count: int, generator: Generator) -> Images:
    """White noise, waves in any direction, and heaps of rectangles, as many of each."""
    each = -(-count // 3)
    white = generator.integers(0, 256, (each, PIXELS))
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    angle, phase = generator.uniform(0, 2 * np.pi, (2, each, 1, 1))
    length = generator.uniform(4, 20, (each, 1, 1))
    waves = 127.5 * (1 + np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / length + phase))
    heaps = np.zeros((each, SIDE, SIDE))
    for heap in heaps:
        for left, top, width, height in generator.integers((2, 2, 3, 3), (20, 20, 14, 14), (5, 4)):
            heap[top : top + height, left : left + width] = generator.integers(0, 256)
    every = np.concatenate([white, waves.reshape(each, PIXELS), heaps.reshape(each, PIXELS)])
    return every.astype(np.uint8)[:count]


def greys() -> Images:
    """One grey everywhere, each of the 256, black first."""
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None], PIXELS, axis=1)
