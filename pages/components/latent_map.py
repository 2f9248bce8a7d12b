"""The map as a Streamlit component: 10,000 test digits in the latent plane, one pinned point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import streamlit as st

from pages.components import mounting
from pages.components.figures import DIGIT_COLOURS
from pages.components.resources import plotly_path
from vae.channel import LIMIT

_component = st.components.v2.component(
    "latent_map",
    html='<div class="latent-map"></div>\n',
    css=mounting.style("latent_map"),
    js=mounting.script("latent_map"),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


def latent_map(
    *,
    key: str,
    checkpoint: str,
    asset_base: str,
    pin: tuple[float, float],
    show_manifold: bool,
    on_pin: Callable[[tuple[float, float]], None],
) -> None:
    """Draw the map of `checkpoint` with the marker at `pin`.

    The pointer is followed in the browser, by way of the decode channel, and its pictures go to every `digit`
    whose group is this map's `key`. A click, a tap or the arrow keys pin a point: `on_pin` gets its (z1, z2), at most
    four decimals, within what the decode channel takes, before the script runs again. A `pin` that differs
    from the marker's moves it. Zoom, pan and hidden digits live in the browser and survive every rerun.

    `asset_base` is where the browser finds the modules, `resources.asset_base()`; `show_manifold` lays decoded digits
    behind the points.
    """

    def hear() -> None:
        chosen = _read(st.session_state[key])
        if chosen is not None:
            on_pin(chosen[0])

    told = _read(st.session_state.get(key))
    _component(
        key=key,
        data={
            "key": key,
            "asset_base": asset_base,
            "plotly": plotly_path(),
            "checkpoint": checkpoint,
            "colours": DIGIT_COLOURS,
            "pin": pin,
            "seen": told[1] if told else 0,
            "show_manifold": show_manifold,
        },
        on_pin_change=hear,
    )


def _read(state: object) -> tuple[tuple[float, float], int] | None:
    """((z1, z2), how many pins the visitor has set) of what the browser sent; None if it is nothing of ours."""
    pin = state.get("pin") if isinstance(state, Mapping) else None
    if not isinstance(pin, Mapping):
        return None
    z1, z2, count = pin.get("z1"), pin.get("z2"), pin.get("count")
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in (z1, z2, count)):
        return None
    return (_within(z1), _within(z2)), int(count)


def _within(value: float) -> float:
    return round(min(max(value, -LIMIT), LIMIT), 4)
