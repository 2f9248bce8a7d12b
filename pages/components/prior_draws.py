"""Draws from the prior as a Streamlit component: the same points, decoded by two models and judged."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components import mounting
from vae.lattices import Points

if TYPE_CHECKING:
    from vae.draws import Verdict

_component = st.components.v2.component(
    "prior_draws",
    html='<div class="prior-draws"></div>',
    css=mounting.style("prior_draws"),
    js=mounting.script("prior_draws"),
    isolate_styles=False,
)


class Judged(NamedTuple):
    """What a model decodes at points (n, 2) of its plane: images (n, 784), and what the classifier says of each."""

    name: str  # of the checkpoint
    title: str  # "VAE, β = 4"
    points: Points
    images: NDArray[np.uint8]
    verdicts: Sequence[Verdict]


def prior_draws(*, key: str, group: str, asset_base: str, left: Judged, right: Judged) -> None:
    """Show what two models make of the same draws from the prior, with the verdict beneath each picture.

    A click on a picture asks the maps of `group` (their component's key) to pin its place. While they show
    another rung than `right`, its pictures are dimmed.
    """
    _component(
        key=key,
        data={
            "group": group,
            "asset_base": asset_base,
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
            [verdict.digit, round(verdict.probability, 4), verdict.named] for verdict in judged.verdicts
        ],
    }
