"""Two planes side by side as a Streamlit component: the autoencoder, a rung of the ladder, one linked cursor."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components import mounting
from pages.components.figures import DIGIT_COLOURS
from pages.components.resources import plotly_path
from vae.channel import LIMIT
from vae.geodesic import Box

Point = tuple[float, float]
Side = Literal["left", "right"]
Link = Literal["coordinates", "quantiles"]

DECIMALS = 4

# The room is kept from the first moment on; the script fills it.
_HTML = """
<div class="completeness"><p class="completeness-wait">Loading the maps.</p></div>
"""

_component = st.components.v2.component(
    "completeness",
    html=_HTML,
    css=mounting.style("latent_map") + mounting.style("completeness"),
    js=mounting.script("completeness"),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


class Rung(NamedTuple):
    """A model on show: its checkpoint, what it is called, how the KL divergence was weighted, its figures.

    `rows` are the figures as name and value, as they are to be read.
    """

    name: str
    title: str
    beta: float
    variational: bool
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Twin:
    """What a visitor moves: the checkpoint at the right, and the pinned point of one of the two planes."""

    rung: str
    side: Side = "right"
    point: Point = (0.0, 0.0)


class Density(NamedTuple):
    """Where codes crowd (up to 1) and where the prior expects some and there are none (down to -1).

    `shade` is (side, side) over the cells of `box`, row 0 at the top.
    """

    shade: NDArray[np.floating]
    box: Box


class Ellipses(NamedTuple):
    """Posteriors of test digits, (k, 4): latent mean z1, z2, standard deviation along z1, z2."""

    posteriors: NDArray[np.floating]


class Overlay(NamedTuple):
    """What lies over the two planes; the right half belongs to the checkpoint `Twin.rung`."""

    left: Density | Ellipses | None
    right: Density | Ellipses | None


def completeness(
    *,
    key: str,
    asset_base: str,
    left: Rung,
    rungs: Sequence[Rung],
    twin: Twin,
    link: Link,
    overlay: Overlay | None,
    on_change: Callable[[Twin], None],
) -> None:
    """Draw the plane of `left` beside that of the rung `twin.rung`, a slider over all `rungs` above both.

    The pointer is followed in the browser, in both planes at once: `link` says which place of one belongs to
    which of the other, the same coordinates or, axis by axis, the same quantile of the two models' latent
    means. The slider moves in the browser, too. When a point is pinned or the slider rests, `on_change` gets the
    new twin, at most four decimals and within what the decode channel takes, before the script runs again. A `twin`
    that differs from the browser's moves it. Zoom, pan and hidden digits live in the browser and survive reruns.

    What is shown is announced under the group `key` (see bus.js); others may ask there for a point or a rung.
    `rungs` are in the slider's order, by beta. `asset_base` is where the browser finds the modules.
    """
    mounting.come_back()
    heard = f"{key}_heard"
    names = [rung.name for rung in rungs]

    def hear(state: object) -> None:
        if told := _read(state, names):
            st.session_state[heard] = told[1]
            on_change(told[0])

    told = _read(st.session_state.get(key), names)
    result = _component(
        key=key,
        data={
            "key": key,
            "asset_base": asset_base,
            "plotly": plotly_path(),
            "colours": DIGIT_COLOURS,
            "left": left._asdict(),
            "rungs": [rung._asdict() for rung in rungs],
            "twin": {"rung": twin.rung, "side": twin.side, "point": twin.point},
            "link": link,
            "overlay": overlay and {"left": _layer(overlay.left), "right": _layer(overlay.right)},
            "seen": told[1] if told else 0,
        },
        on_twin_change=lambda: hear(st.session_state[key]),
    )
    told = _read(result, names)
    if told and told[1] > st.session_state.get(heard, 0):
        # Set while the server was away: the browser brings it to a new session, without a callback.
        hear(result)
        st.rerun()


def _layer(layer: Density | Ellipses | None) -> dict[str, Any] | None:
    """A half of the overlay for the browser: shades as signed bytes, -127 to 127; ellipses as numbers."""
    if isinstance(layer, Density):
        shade = np.round(127 * np.clip(layer.shade, -1, 1)).astype(np.int8)
        encoded = base64.b64encode(shade.tobytes()).decode()
        return {"shade": encoded, "side": len(shade), "box": layer.box._asdict()}
    if isinstance(layer, Ellipses):
        return {"posteriors": np.round(layer.posteriors.astype(np.float64), 5).ravel().tolist()}
    return None


def _read(state: object, rungs: Sequence[str]) -> tuple[Twin, int] | None:
    """(the twin, how many times the visitor has changed it), as the browser told it; None if it told none."""
    told = state.get("twin") if isinstance(state, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    rung, side, point, count = (told.get(name) for name in ("rung", "side", "point", "count"))
    if rung not in rungs or side not in get_args(Side) or not _is_number(count):
        return None
    if not isinstance(point, list | tuple) or len(point) != 2 or not all(map(_is_number, point)):
        return None
    z1, z2 = (round(min(max(float(z), -LIMIT), LIMIT), DECIMALS) + 0.0 for z in point)
    return Twin(rung, side, (z1, z2)), int(count)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
