"""Draws from the prior, and what the classifier calls the digits decoded there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vae.measure.quality import CONFIDENT
from vae.model.classifier import Classifier, class_probabilities
from vae.plane.lattices import Points
from vae.plane.prior import prior_draws

COUNTS = (5, 60)  # draws at once


class Verdict(NamedTuple):
    """What the classifier makes of one picture."""

    digit: int  # the likeliest
    probability: float  # that it gives this digit
    named: bool  # whether that is at least quality.CONFIDENT
    nothing: float  # the probability that it is no digit


def drawn(count: int, seed: int) -> Points:
    """`count` points drawn from N(0, I), (count, 2), the same for the same seed.

    Raises ValueError, with one sentence, for a count outside `COUNTS`.
    """
    if not COUNTS[0] <= count <= COUNTS[1]:
        raise ValueError(f"The number of draws lies between {COUNTS[0]} and {COUNTS[1]}, not {count}.")
    points: Points = prior_draws(count, seed).numpy()
    return points


def judged(images: NDArray[np.uint8], classifier: Classifier) -> list[Verdict]:
    """The classifier's verdict on each of the pictures (n, 784), ink probability 0 to 255."""
    probabilities = class_probabilities(classifier, torch.from_numpy(images.astype(np.float32) / 255))
    highest, digits = probabilities.max(dim=1)
    return [
        Verdict(digit, probability, probability >= CONFIDENT, nothing)
        for digit, probability, nothing in zip(
            digits.tolist(), highest.tolist(), (1 - probabilities.sum(dim=1)).tolist(), strict=True
        )
    ]
