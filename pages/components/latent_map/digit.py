"""The digit as a Streamlit component: the picture a map's pointer or pin decodes to, large."""

from __future__ import annotations

from pages.components.mount import component

_HTML = """
<figure class="digit">
  <canvas data-testid="digit" role="img" aria-label="The decoded picture" width="28" height="28"></canvas>
  <figcaption>
    <span class="digit-point">z₁ <b class="digit-z1"></b> z₂ <b class="digit-z2"></b></span>
    <span class="digit-vote" data-testid="live-vote"></span>
  </figcaption>
</figure>
"""

_component = component.declared("digit", "latent_map/digit", _HTML, styles=("parts/digit",))


def digit(*, key: str, group: str) -> None:
    """Draw the digit of the map whose key is `group`, 28 x 28 crisp pixels, and say what is known about it.

    Under the picture stand its coordinates and how the labels of the nearest codes vote. It all comes from
    the map in the browser.
    """
    _component.show(key=key, data={"group": group})
