"""One test digit's way through the model, in one line: picture, posterior, reconstruction."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pages.components.frame.markup import digit_png
from vae.config import SIDE

Picture = NDArray[np.uint8]  # (784,), grey values 0 to 255


@dataclass(frozen=True)
class Followed:
    """A test digit, and what the model makes of it."""

    index: int  # in the test set
    noun: str  # "Test digit"
    called: str  # what it is, such as "a 3"; empty if nobody said
    away: float  # distance of its code from the marker, 0 for the digit that was clicked
    mean: NDArray[np.float32]  # (2,)
    deviation: NDArray[np.float32]  # (2,); 0 for a plain autoencoder, which adds no noise
    original: Picture | None  # None where it is not at hand
    reconstruction: Picture  # what the decoder draws at the mean


def line(digit: Followed) -> str:
    """The line as HTML."""
    where = "at the marker" if digit.away == 0 else f"the nearest, {digit.away:.3f} away"
    steps = [_numbers(digit), _figure(digit.reconstruction, "reconstruction")]
    if digit.original is not None:
        steps.insert(0, _figure(digit.original, "original"))
    arrow = '<i aria-hidden="true">→</i>'
    what = html.escape(", ".join(filter(None, (f"{digit.noun} {digit.index}", digit.called))))
    return (
        f'<div class="atlas-followed" data-testid="followed" data-index="{digit.index}">'
        f"<h2>{what} <span>{where}</span></h2>"
        f"<div>{arrow.join(steps)}</div></div>"
    )


def _numbers(digit: Followed) -> str:
    noisy = bool(digit.deviation.any())
    rows = [("μ", _pair(digit.mean, 2)), ("σ", _pair(digit.deviation, 3) if noisy else "0: no noise")]
    return "<p>" + "<br>".join(f"<b>{name}</b> {html.escape(value)}" for name, value in rows) + "</p>"


def _pair(numbers: NDArray[np.float32], decimals: int) -> str:
    rounded = (round(number, decimals) + 0.0 for number in numbers.tolist())  # no minus zero
    written = (f"{number:.{decimals}f}" for number in rounded)
    return ", ".join(number.replace("-", "−") for number in written)


def _figure(picture: Picture, name: str) -> str:
    source = base64.b64encode(digit_png(picture)).decode()
    return (
        f'<figure><img src="data:image/png;base64,{source}" alt="{name}" width="{SIDE}" height="{SIDE}">'
        f"<figcaption>{name}</figcaption></figure>"
    )
