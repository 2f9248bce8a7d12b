"""The map as a Streamlit component: 10,000 test digits in the latent plane, one pinned point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import streamlit as st

from pages.components import mounting
from pages.components.figures import DIGIT_COLOURS
from pages.components.resources import decoder_service, plotly_path
from vae.channel import LIMIT

# The plane's room is kept from the first moment on; the script fills it.
_HTML = """
<div class="latent-map">
  <div class="latent-map-legend"></div>
  <div class="latent-map-frame"><p class="latent-map-notice">Loading the map.</p></div>
</div>
"""

_component = st.components.v2.component(
    "latent_map",
    html=_HTML,
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
    whose group is this map's `key`. A click, a tap or the arrow keys pin a point: `on_pin` gets its (z1, z2),
    at most four decimals, within what the decode channel takes, before the script runs again. A `pin` that
    differs from the marker's moves it. Zoom, pan and hidden digits live in the browser and survive reruns.

    `asset_base` is where the browser finds the modules: `resources.asset_base()`. `show_manifold` lays
    decoded digits behind the points. The prior's 1, 2 and 3 sigma circles are drawn if the model has a prior.
    """
    mounting.come_back()
    heard = f"{key}_heard"

    def hear(state: object) -> None:
        if told := _read(state):
            st.session_state[heard] = told[1]
            on_pin(told[0])

    told = _read(st.session_state.get(key))
    result = _component(
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
            "show_prior": decoder_service().checkpoint(checkpoint).model_config.variational,
        },
        on_pin_change=lambda: hear(st.session_state[key]),
    )
    told = _read(result)
    if told and told[1] > st.session_state.get(heard, 0):
        # Set while the server was away: the browser brings it to a new session, without a callback.
        hear(result)
        st.rerun()


def _read(state: object) -> tuple[tuple[float, float], int] | None:
    """((z1, z2), how many pins the visitor has set), as the browser told it; None if it told none."""
    pin = state.get("pin") if isinstance(state, Mapping) else None
    if not isinstance(pin, Mapping):
        return None
    z1, z2, count = pin.get("z1"), pin.get("z2"), pin.get("count")
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in (z1, z2, count)):
        return None
    return (_within(z1), _within(z2)), int(count)


def _within(value: float) -> float:
    return round(min(max(value, -LIMIT), LIMIT), 4)
