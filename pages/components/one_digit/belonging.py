"""Whether one image belongs, as a Streamlit component: its scores among the digits', and their worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.components.mount import component
from vae.measure.belonging import TEST, Scores, percentile
from vae.measure.measures import MEASURES
from vae.measure.roc import roc

_component = component.declared(
    "belonging", "one_digit/belonging", '<div class="belonging"></div>', styles=("one_digit/plot",)
)

STRANGERS = {"rotated": "Rotated digits", "noise": "Noise", "small_digits": "scikit-learn’s digits"}
BINS = 60
OUTSIDE = 0.002  # share of the digits beyond either end of a histogram
DRAWN = 200  # points of a curve
LEAST_INK = 21  # pixels with ink, of the sparsest test digit

NO_LIKELIHOOD = "An autoencoder has no prior, so it gives no image a likelihood: only its error is left."
FAILURE = (
    "Yet it has less ink than any test digit. Simple images get a high likelihood, whether they belong or "
    "not (Nalisnick et al. 2019, arXiv 1810.09136)."
)


class Score(NamedTuple):
    """One number that images get, of all the sets of images."""

    digits: NDArray[np.float32]  # of the test digits
    counts: list[int]  # of them in equal bins; the outermost hold what lies beyond, too
    range: tuple[float, float]
    curves: dict[str, dict[str, object]]  # by strangers: {"x": [...], "y": [...], "area"}


class Ground(NamedTuple):
    """What an image is compared with; an autoencoder knows no likelihood."""

    log_likelihood: Score | None
    reconstruction: Score


class Own(NamedTuple):
    """The image on show."""

    log_likelihood: float | None  # log p(x) in nats, None for an autoencoder
    reconstruction: float  # -log p(x | mean) in nats
    ink: int  # pixels with ink, 0 to 784


def ground(scores: Scores) -> Ground:
    """Histograms and curves of a model's scores; the same for every image."""
    likelihood = score(scores.log_likelihood, 1) if scores.log_likelihood else None
    return Ground(likelihood, score(scores.reconstruction, -1))


def score(values: Mapping[str, NDArray[np.float32]], better: int) -> Score:
    """`better` is 1 where what belongs should have the higher value, -1 where the lower."""
    digits = values[TEST]
    low, high = np.quantile(digits, [OUTSIDE, 1 - OUTSIDE]).tolist()
    counts, _ = np.histogram(np.clip(digits, low, high), BINS, (low, high))
    curves = {name: curve(better * digits, better * values[name]) for name in STRANGERS}
    return Score(digits, counts.tolist(), (low, high), curves)


def curve(members: NDArray[np.float32], strangers: NDArray[np.float32]) -> dict[str, object]:
    """Some of the curve's own points, and the area below all of it."""
    found = roc(members, strangers)
    kept = np.unique(np.linspace(0, len(found.members) - 1, DRAWN).astype(int))
    return {
        "x": found.strangers[kept].round(4).tolist(),
        "y": found.members[kept].round(4).tolist(),
        "area": round(found.area, 4),
    }


def belonging(*, key: str, ground: Ground, own: Own) -> None:
    """Draw where the image's scores lie among the digits', and the ROC curves of both scores."""
    _component.show(key=key, data=shown(ground, own))


def shown(ground: Ground, own: Own) -> dict[str, object]:
    """What the browser is told; a score that the model or the image lacks is left out."""
    parts = {
        "log_likelihood": (ground.log_likelihood, own.log_likelihood),
        "reconstruction": (ground.reconstruction, own.reconstruction),
    }
    scores = {
        name: {"counts": score.counts, "range": score.range, "curves": score.curves, "own": value}
        for name, (score, value) in parts.items()
        if score is not None and value is not None
    }
    return {
        "scores": scores,
        "said": said(ground, own),
        "strangers": STRANGERS,
        "unit": MEASURES["log_likelihood_nats"].unit,
    }


def said(ground: Ground, own: Own) -> dict[str, str]:
    """A sentence or two on each score of the image, by the score's name."""
    worse = percentile(own.reconstruction, ground.reconstruction.digits)
    error = compared(worse, "A larger error than", "A smaller error than")
    if ground.log_likelihood is None or own.log_likelihood is None:
        return {"log_likelihood": NO_LIKELIHOOD, "reconstruction": error}
    likelier = percentile(own.log_likelihood, ground.log_likelihood.digits)
    likelihood = compared(likelier, "More likely than", "Less likely than")
    if own.ink < LEAST_INK and likelier > 50:
        likelihood = f"{likelihood} {FAILURE}"
    return {"log_likelihood": likelihood, "reconstruction": error}


def compared(percent: float, more: str, less: str) -> str:
    """A sentence on an image that has more of something than so many percent of the digits."""
    if percent in (0, 100):
        return f"{more if percent else less} every test digit."
    return f"{more} {percent:.{0 if 1 <= percent <= 99 else 2}f} % of the test digits."
