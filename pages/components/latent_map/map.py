"""The map as a Streamlit component: 10,000 test digits in the latent plane, one pinned point."""

from __future__ import annotations

from collections.abc import Callable

from pages.components.frame.service import decoder_service
from pages.components.mount import component

# The plane's room is kept from the first moment on; the script fills it.
_HTML = """
<div class="latent-map">
  <div class="latent-map-legend"></div>
  <div class="latent-map-frame"><p class="latent-map-notice">Loading the map.</p></div>
</div>
"""

_component = component.declared("latent_map", "latent_map/map", _HTML, styles=("plane/plane",))


def latent_map(
    *,
    key: str,
    checkpoint: str,
    pin: tuple[float, float],
    show_manifold: bool,
    on_pin: Callable[[tuple[float, float]], None],
) -> None:
    """Draw the map of `checkpoint` with the marker at `pin`.

    The pointer is followed in the browser, by way of the decode channel, and its pictures go to every `digit`
    whose group is this map's `key`. A click, a tap or the arrow keys pin a point: `on_pin` gets its (z1, z2),
    at most four decimals, within what the decode channel takes, before the script runs again. A `pin` that
    differs from the marker's moves it. Zoom, pan and hidden digits live in the browser and survive reruns.

    `show_manifold` lays decoded digits behind the points. The prior's 1, 2 and 3 sigma circles are drawn if
    the model has a prior.
    """
    component.mount(
        _component,
        key=key,
        data={
            "checkpoint": checkpoint,
            "pin": pin,
            "show_manifold": show_manifold,
            "show_prior": decoder_service().checkpoint(checkpoint).model_config.variational,
        },
        value="pin",
        read=lambda told: component.point(told.get("pin")),
        on_change=on_pin,
    )
