"""Which two images a walk goes between: drawn by lot, so that nobody has chosen them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAIRS, SEED = 1000, 0  # of the walks that are recorded and shown


def pairs(labels: NDArray[np.uint8], count: int, seed: int) -> NDArray[np.intp]:
    """Indices (count, 2) of images with different labels (n,), n >= 2, the same for the same seed.

    Both are drawn from all images alike; a pair with one label is drawn again. Where all have the same label,
    as images without labels do, any two different ones are a pair.
    """
    kinds = labels if len(np.unique(labels)) > 1 else np.arange(len(labels))
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(labels), size=(count, 2))
    while (same := kinds[drawn[:, 0]] == kinds[drawn[:, 1]]).any():
        drawn[same] = generator.integers(len(labels), size=(int(same.sum()), 2))
    return drawn


def shown_pairs(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The pairs that are walked for the record, (PAIRS, 2), in the order drawn: number k is row k - 1.

    Nobody chose among them, so that whoever looks at one after the other sees the typical ones.
    """
    return pairs(labels, PAIRS, SEED)
