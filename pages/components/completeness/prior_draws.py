"""Draws from the prior as a Streamlit component: the same points, decoded by two models and judged."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.components.mount import component
from vae.measure.draws import Verdict
from vae.measure.quality import CONFIDENT
from vae.plane.lattices import Points

_component = component.declared("prior_draws", "completeness/prior_draws", '<div class="prior-draws"></div>')


class Judged(NamedTuple):
    """What a model decodes at points (n, 2) of its plane, images (n, 784), and the classifier's verdicts."""

    name: str  # of the checkpoint
    title: str  # "VAE, β = 4"
    points: Points
    images: NDArray[np.uint8]
    verdicts: Sequence[Verdict]


def prior_draws(*, key: str, group: str, left: Judged, right: Judged) -> None:
    """Show what two models make of the same draws from the prior, with the verdict beneath each picture.

    A click on a picture asks the maps of `group` (their component's key) to pin its place. While they show
    another rung than `right`, its pictures are dimmed.
    """
    _component.show(
        key=key,
        data={
            "group": group,
            "confident": CONFIDENT,
            "left": _pictures(left),
            "right": _pictures(right),
        },
    )


def _pictures(judged: Judged) -> dict[str, object]:
    """The pictures as one run of bytes, and the verdicts, for the browser."""
    return {
        "name": judged.name,
        "title": judged.title,
        "points": np.asarray(judged.points, dtype=np.float64).tolist(),
        "images": base64.b64encode(np.ascontiguousarray(judged.images).tobytes()).decode(),
        "verdicts": [
            [verdict.digit, round(verdict.probability, 4), verdict.named, round(verdict.nothing, 4)]
            for verdict in judged.verdicts
        ],
    }
