"""Holding images out where a data set comes without a test set."""

from __future__ import annotations

import numpy as np

from vae.data import Digits

SHARE = 10  # one image in so many is held out
FEWEST = 11  # held-out images: the accuracy of the ten nearest neighbours asks for ten others


def split(digits: Digits) -> tuple[Digits, Digits]:
    """The images to train on and a tenth that is held out, at least `FEWEST`; always the same ones.

    As large a share of every class as can be: images are drawn evenly from a row that is sorted by label.
    """
    count = len(digits.labels)
    held_out = max(FEWEST, count // SHARE)
    mixed = np.random.default_rng(0).permutation(count)
    row = mixed[np.argsort(digits.labels[mixed], kind="stable")]
    chosen = np.zeros(count, bool)
    chosen[row[np.arange(held_out) * count // held_out]] = True
    return (
        Digits(digits.images[~chosen], digits.labels[~chosen]),
        Digits(digits.images[chosen], digits.labels[chosen]),
    )
