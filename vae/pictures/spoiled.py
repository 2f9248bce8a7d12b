"""A picture with noise and with parts rubbed out, the same each time.

The browser spoils pictures, too, while a hand moves; it is handed the tables that are used here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vae.config import PIXELS

SEED = 0

Picture = NDArray[np.uint8]  # (784,), grey values 0 to 255
Mask = NDArray[np.bool_]  # (784,)


class Noise(NamedTuple):
    """In which order pixels are replaced by noise, and by what."""

    rank: NDArray[np.uint16]  # (784,), a permutation of 0 to 783
    grey: Picture  # (784,), uniform


def noise() -> Noise:
    """The noise that all pictures get."""
    generator = np.random.default_rng(SEED)
    rank = generator.permutation(PIXELS).astype(np.uint16)
    return Noise(rank, generator.integers(0, 256, PIXELS, dtype=np.uint8))


def spoiled(picture: Picture, share: float, rubbed: Mask | None = None) -> Picture:
    """The picture with `share` (0 to 1) of its pixels replaced by noise, then without ink where `rubbed`."""
    table = noise()
    seen = np.where(table.rank < round(share * PIXELS), table.grey, picture)
    return seen if rubbed is None else np.where(rubbed, np.uint8(0), seen)
