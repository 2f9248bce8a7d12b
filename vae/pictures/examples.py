"""Pictures that belong to no digit, to try a model with: a letter, noise, a blank, a digit upside down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vae.config import PIXELS, SIDE
from vae.pictures.spoiled import Picture, noise

FINE = 8  # times finer than a picture: strokes are drawn there
PEN = 2.4  # pixels wide, as MNIST's strokes

# An R as a hand draws it, in pixels from the left and from the top: the stem, then the bow and the leg.
LETTER = (
    ((9.5, 4.5), (9.0, 11.0), (9.3, 17.5), (8.8, 23.5)),
    ((7.5, 5.5), (12.0, 4.2), (16.5, 4.8), (18.8, 7.5), (17.6, 11.0), (13.8, 13.0), (9.6, 13.8)),
    ((9.6, 13.8), (13.4, 15.6), (16.6, 19.0), (20.2, 23.8)),
)


def letter() -> Picture:
    """A capital R."""
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    pen = ImageDraw.Draw(canvas)
    for stroke in LETTER:
        path = [(x * FINE, y * FINE) for x, y in _smooth(stroke)]
        pen.line(path, 255, round(PEN * FINE), joint="curve")
        for x, y in (path[0], path[-1]):
            half = PEN * FINE / 2
            pen.ellipse((x - half, y - half, x + half, y + half), 255)
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX), np.uint8).reshape(PIXELS)


def blank() -> Picture:
    """No ink."""
    return np.zeros(PIXELS, np.uint8)


def grey_noise() -> Picture:
    """Every pixel a grey of its own, always the same ones."""
    return noise().grey


def upside_down(picture: Picture) -> Picture:
    """Turned by half a turn."""
    turned: Picture = picture[::-1].copy()
    return turned


def _smooth(points: tuple[tuple[float, float], ...], each: int = 12) -> NDArray[np.float64]:
    """A curve through points (n, 2), n > 1: Catmull and Rom's spline, `each` points a piece."""
    known = np.array([points[0], *points, points[-1]])
    t = np.linspace(0, 1, each)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(known, known[1:], known[2:], known[3:], strict=False)
    ]
    return np.concatenate(pieces)
