"""Two planes side by side as a Streamlit component: the autoencoder and a rung of the ladder, one cursor."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from pages.components.completeness.view import Side
from pages.components.mount import component
from vae.plane.box import Box
from vae.plane.linking import Link

Point = tuple[float, float]

HOME = 4.5  # half width of every VAE's first view: the same, so that their maps can be compared

# The room is kept from the first moment on; the script fills it.
_HTML = """
<div class="completeness"><p class="completeness-wait">Loading the maps.</p></div>
"""

_component = component.declared(
    "completeness", "completeness/maps", _HTML, styles=("plane/plane", "parts/live_slider", "parts/digit")
)


class Rung(NamedTuple):
    """A model on show: its checkpoint, what it is called, how the KL divergence was weighted, its classes."""

    name: str
    title: str
    beta: float
    variational: bool
    classes: tuple[str, ...]


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
    """Posteriors of test digits, (k, 4): latent mean z1, z2, standard deviation along z1, z2.

    They are drawn `scale` times as large, in the colour of their `digit`.
    """

    posteriors: NDArray[np.floating]
    digit: int
    scale: int


class Legible(NamedTuple):
    """How sure the judge is of any digit, everywhere: the browser asks for it by the checkpoint's name."""


Layer = Density | Ellipses | Legible


class Overlay(NamedTuple):
    """What lies over the two planes; the right half belongs to the checkpoint `Twin.rung`."""

    left: Layer
    right: Layer


def completeness(
    *,
    key: str,
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
    means. The slider moves in the browser, too. When a point is pinned or the slider rests, `on_change` gets
    the new twin, at most four decimals and within what the decode channel takes, before the script runs
    again. A `twin` that differs from the browser's moves it. Zoom, pan and hidden digits live in the browser.

    What is shown is announced under the group `key` (see bus.js); others may ask there for a point or a rung.
    `rungs` are in the slider's order, by beta.
    """
    names = [rung.name for rung in rungs]
    component.mount(
        _component,
        key=key,
        data={
            "home": HOME,
            "left": left._asdict(),
            "rungs": [rung._asdict() for rung in rungs],
            "twin": asdict(twin),
            "link": link,
            "overlay": overlay and {"left": _layer(overlay.left), "right": _layer(overlay.right)},
        },
        value="twin",
        read=lambda told: _read(told, names),
        on_change=on_change,
    )


def _layer(layer: Layer) -> dict[str, Any]:
    """A half of the overlay for the browser: shades as signed bytes, -127 to 127; ellipses as numbers."""
    if isinstance(layer, Density):
        shade = np.round(127 * np.clip(layer.shade, -1, 1)).astype(np.int8)
        encoded = base64.b64encode(shade.tobytes()).decode()
        return {"kind": "density", "shade": encoded, "side": len(shade), "box": layer.box._asdict()}
    if isinstance(layer, Ellipses):
        posteriors = np.round(layer.posteriors.astype(np.float64), 5)
        drawn = {"posteriors": posteriors.ravel().tolist(), "digit": layer.digit, "scale": layer.scale}
        return {"kind": "ellipses", **drawn}
    return {"kind": "legible"}


def _read(told: Mapping[str, object], rungs: Sequence[str]) -> Twin | None:
    """The twin as the browser told it; None if it is none, or its rung is not on offer any more."""
    rung, side, point = told.get("rung"), told.get("side"), component.point(told.get("point"))
    if rung not in rungs or side not in get_args(Side) or point is None:
        return None
    return Twin(str(rung), side, point)
