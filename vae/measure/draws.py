"""Places drawn at random in a plane, and what the judge calls the digits decoded there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from vae.measure.intervals import Interval, wilson
from vae.measure.quality import CONFIDENT, effective_count
from vae.model.classifier import Classifier, class_probabilities
from vae.plane.box import data_box
from vae.plane.lattices import Points
from vae.plane.prior import box_draws, fitted_draws, prior_draws

# Evenly over the box that holds the codes, from N(0, I), from the Gaussian that fits the codes. For a model
# without a prior the box comes first: a student without one at hand would point anywhere on the map.
Law = Literal["box", "prior", "own"]
LAWS: tuple[Law, ...] = get_args(Law)
JUDGED = 500  # draws behind one share, whose 95 % interval then reaches at most 4.4 points either way


class Verdict(NamedTuple):
    """What the classifier makes of one picture."""

    digit: int  # the likeliest
    probability: float  # that it gives this digit
    named: bool  # whether that is at least quality.CONFIDENT
    nothing: float  # the probability that it is no digit


class Share(NamedTuple):
    """How many of some pictures are named."""

    share: float  # in [0, 1]
    interval: Interval  # that holds the share among all pictures of their kind, with 95 %
    digits: float  # how many equally frequent digits the named ones amount to; 0 if none is named
    judged: int  # pictures


def drawn(law: Law, means: Points, count: int, seed: int) -> Points:
    """`count` points by a law, (count, 2), the same for the same seed; `means` (n, 2) are the codes."""
    if law == "prior":
        points = prior_draws(count, seed)
    elif law == "own":
        points = fitted_draws(means, count, seed)
    else:
        points = box_draws(data_box(means), count, seed)
    found: Points = points.numpy()
    return found


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


def counted(verdicts: Sequence[Verdict]) -> Share:
    """The share of at least one verdict that names a digit, and how many different digits that makes."""
    named = torch.tensor([verdict.digit for verdict in verdicts if verdict.named], dtype=torch.long)
    share = len(named) / len(verdicts)
    digits = effective_count(named.bincount())
    return Share(share, wilson(share, len(verdicts)), 0.0 if math.isnan(digits) else digits, len(verdicts))
