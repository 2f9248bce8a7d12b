"""Pictures at random places as a Streamlit component: two models' draws, each with the judge's verdict."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.components.mount import component
from vae.measure.draws import Share, Verdict
from vae.measure.quality import CONFIDENT
from vae.plane.lattices import Points

_component = component.declared(
    "judged_draws", "completeness/judged_draws", '<div class="judged-draws"></div>'
)


class Judged(NamedTuple):
    """What a model decodes at random places, and what the judge says.

    Of the first places (n, 2) there are images (n, 784) and verdicts; the share is that of all of them.
    """

    name: str  # of the checkpoint
    title: str  # "VAE, β = 4"
    points: Points
    images: NDArray[np.uint8]
    verdicts: Sequence[Verdict]
    share: Share


def judged_draws(*, key: str, group: str, left: Judged, right: Judged, count: int) -> None:
    """Show the first `count` of two models' draws, with the verdict beneath each picture.

    A click on a picture asks the maps of `group` (their component's key) to pin its place; the page stays
    where it is. While they show another rung than `right`, its pictures are dimmed.
    """
    _component.show(
        key=key,
        data={
            "group": group,
            "confident": CONFIDENT,
            "left": _pictures(left, count),
            "right": _pictures(right, count),
        },
    )


def _pictures(judged: Judged, count: int) -> dict[str, object]:
    """The pictures as one run of bytes, and the verdicts, for the browser."""
    return {
        "name": judged.name,
        "title": judged.title,
        "points": np.asarray(judged.points[:count], dtype=np.float64).tolist(),
        "images": base64.b64encode(np.ascontiguousarray(judged.images[:count]).tobytes()).decode(),
        "verdicts": [
            [verdict.digit, round(verdict.probability, 4), verdict.named, round(verdict.nothing, 4)]
            for verdict in judged.verdicts[:count]
        ],
    }
