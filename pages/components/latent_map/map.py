"""The map as a Streamlit component: held-out images in the latent plane, one pinned point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

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
    usual: tuple[float, float],
    address: Mapping[str, str],
    show_manifold: bool,
    show_legible: bool,
    on_pin: Callable[[tuple[float, float]], None],
) -> None:
    """Draw the map of `checkpoint` with the marker at `pin`.

    The pointer is followed in the browser, by way of the decode channel, and its pictures go to every `digit`
    whose group is this map's `key`. A click, a tap or the arrow keys pin a point. The browser writes it into
    the page's `address` at once, without a rerun, unless it is `usual`; when the hand leaves the map `on_pin`
    gets its (z1, z2), at most four decimals, within what the decode channel takes, before the script runs
    again. A `pin` that differs from the marker's moves it. Zoom, pan and hidden digits live in the browser
    and survive reruns.

    A click on a test digit's dot pins its latent mean.

    `show_manifold` lays decoded digits behind the points, `show_legible` where a digit can be read; of both
    the latter is shown. The prior's 1, 2 and 3 sigma circles are drawn if the model has a prior. Without one
    the first view is that of the central codes, because a few may lie far outside.
    """
    saved = decoder_service().checkpoint(checkpoint)
    variational = saved.model_config.variational
    component.mount(
        _component,
        key=key,
        data={
            "checkpoint": checkpoint,
            "pin": pin,
            "around": around(address, usual),
            "show_manifold": show_manifold and not show_legible,
            "show_legible": show_legible,
            "classes": list(saved.classes),
            "show_prior": variational,
            "home": None if variational else saved.latents.central_box.squared().ranges(),
            "reach": saved.latents.reach,
        },
        value="pin",
        read=lambda told: component.point(told.get("pin")),
        on_change=on_pin,
    )


def around(address: Mapping[str, str], usual: tuple[float, float]) -> dict[str, object]:
    """What stands before and after the pin in the address, as Streamlit writes it; and the usual pin."""
    rest = [(name, text) for name, text in address.items() if name not in ("z1", "z2")]
    before = [part for part in rest if part[0] == "model"]
    return {
        "before": urlencode(before),
        "after": urlencode([part for part in rest if part not in before]),
        "usual": usual,
    }
