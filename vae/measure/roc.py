"""How well a score tells what belongs from what does not: the ROC curve and the area under it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]


class Roc(NamedTuple):
    """What a threshold lets through, for every threshold from the highest score to the lowest.

    Both shares are float64 (k,), rise from 0 to 1, and start above every score.
    """

    strangers: NDArray[np.float64]  # share of what does not belong that is let in
    members: NDArray[np.float64]  # share of what belongs that is let in
    area: float  # how often a member scores higher than a stranger; a draw counts half


def roc(members: Scores, strangers: Scores) -> Roc:
    """The curve of scores (n,) and (m,), higher meaning "belongs"; scores may be infinite.

    Equal scores pass together. The area is that of the trapezoids below the curve, which is the statistic of
    Mann & Whitney divided by n * m (Fawcett 2006, An introduction to ROC analysis, section 7). Raises
    ValueError where a side has no scores, or one that is not a number.
    """
    if not len(members) or not len(strangers):
        raise ValueError("A ROC curve needs scores of both kinds.")
    scores = np.concatenate([members, strangers]).astype(np.float64)
    if np.isnan(scores).any():
        raise ValueError("A score is not a number.")
    belongs = np.arange(len(scores)) < len(members)
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(scores[order][1:] != scores[order][:-1], True))  # of each run of equals
    passed = np.cumsum(belongs[order])[last]
    let_in = np.append(0.0, passed / len(members))
    wrongly = np.append(0.0, (last + 1 - passed) / len(strangers))
    return Roc(wrongly, let_in, float(np.trapezoid(let_in, wrongly)))
