"""The digit as a Streamlit component: the picture a map's pointer or pin decodes to, large."""

from __future__ import annotations

from pages.components.frame.numbers import LONGEST
from pages.components.mount import component

_HTML = f"""
<div class="digit-area">
  <figure class="digit">
    <canvas data-testid="digit" role="img" aria-label="The decoded picture" width="28" height="28"></canvas>
    <figcaption>
      <span class="digit-point">z₁ <b class="digit-z1"></b> z₂ <b class="digit-z2"></b></span>
      <span class="digit-vote" data-testid="live-vote"></span>
    </figcaption>
  </figure>
  <div class="digit-typed">
    <label>z1 <input disabled name="z1" inputmode="decimal" autocomplete="off" maxlength="{LONGEST}"></label>
    <label>z2 <input disabled name="z2" inputmode="decimal" autocomplete="off" maxlength="{LONGEST}"></label>
    <button type="button" class="digit-save">Save as PNG</button>
    <p role="status"></p>
  </div>
</div>
"""

_component = component.declared("digit_area", "latent_map/digit", _HTML, styles=("parts/digit",))


def digit(*, key: str, group: str, noun: str) -> None:
    """Draw the digit of the map whose key is `group`, 28 x 28 crisp pixels, and say what is known about it.

    Under the picture stand its coordinates and how the labels of the nearest codes vote; they come from the
    map in the browser. The pinned point can be typed, and its picture saved: `noun` begins the file's name.
    """
    _component.show(key=key, data={"group": group, "noun": noun})
