"""What the page of one digit shows, and its address: `?digit=7&e1=0.5&noise=0.3`.

A drawing or an upload stands in the address as `x`, all its 784 pixels packed, and what was rubbed out as
`rubbed`, a bit a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pages.components.frame.views import Keeper, Part, Point, flag, model, number, whole, written_flag
from vae.config import PIXELS
from vae.pictures.packed import pack, unpack
from vae.pictures.spoiled import Mask, Picture
from vae.serving.decoding import DecoderService

FARTHEST = 3.0  # of eps, in standard deviations
STRONGEST = 4.0  # of beta on the loss
DIGITS = 10_000  # in MNIST's test set
MOST, HOTTEST = 100, 30.0  # variations, and times the posterior's deviations


@dataclass(frozen=True)
class DigitView:
    """Which checkpoint, which image and what was done to it, which noise, and the weight of the KL."""

    checkpoint: str
    digit: int = 0  # of the test set; what is shown unless there is a picture
    picture: bytes | None = None  # 784 grey values: drawn, uploaded, or an example
    noise: float = 0.0  # share of the pixels replaced by noise
    rubbed: bytes | None = None  # a bit a pixel, those that were rubbed out
    eps: Point = (0.0, 0.0)
    beta: float = 1.0
    count: int = 20  # of variations
    temperature: float = 1.0  # of their noise
    ask: bool = False  # whether the page asks before it shows

    @property
    def mask(self) -> Mask | None:
        """Which pixels were rubbed out, (784,)."""
        return None if self.rubbed is None else mask_of(self.rubbed)


def mask_of(bits: bytes) -> Mask:
    """784 bits, the first pixel in the highest bit of the first byte, as (784,) of bool."""
    return np.unpackbits(np.frombuffer(bits, np.uint8)).astype(bool)


def picture_of(pixels: bytes) -> Picture:
    """784 bytes as (784,) of grey values."""
    return np.frombuffer(pixels, np.uint8)


def _packed(length: int, field: str, name: str) -> Part:
    return Part(field, None, lambda text: unpack(text, length), pack, names=(name,))


def parts(service: DecoderService) -> tuple[Part, ...]:
    return (
        model(service),
        Part("digit", 0, whole(0, DIGITS - 1)),
        _packed(PIXELS, "picture", "x"),
        Part("noise", 0.0, number(0.0, 1.0)),
        _packed(PIXELS // 8, "rubbed", "rubbed"),
        Part("eps", (0.0, 0.0), number(-FARTHEST, FARTHEST), names=("e1", "e2")),
        Part("beta", 1.0, number(0.0, STRONGEST)),
        Part("count", 20, whole(1, MOST)),
        Part("temperature", 1.0, number(0.0, HOTTEST)),
        Part("ask", False, flag, written_flag),
    )


KEEPER = Keeper("one_digit", DigitView, parts)
