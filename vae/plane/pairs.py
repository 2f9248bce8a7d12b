"""Which two digits a walk goes between: drawn by lot, so that nobody has chosen them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAIRS, SEED = 1000, 0  # of the walks that are recorded and shown


def pairs(labels: NDArray[np.uint8], count: int, seed: int) -> NDArray[np.intp]:
    """Indices (count, 2) of digits with different labels (n,), the same for the same seed.

    Both are drawn from all digits alike; a pair with one label is drawn again. Raises ValueError if all
    digits have the same label.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("All digits have the same label: no two of them are different.")
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(labels), size=(count, 2))
    while (same := labels[drawn[:, 0]] == labels[drawn[:, 1]]).any():
        drawn[same] = generator.integers(len(labels), size=(int(same.sum()), 2))
    return drawn


def shown_pairs(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The pairs that are walked for the record, (PAIRS, 2), in the order drawn: number k is row k - 1.

    Nobody chose among them, so that whoever looks at one after the other sees the typical ones. Raises
    ValueError like `pairs`.
    """
    return pairs(labels, PAIRS, SEED)
