"""A walk through the plane as a Streamlit component: two ends, the path between them, a live slider."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.components.continuity.view import Mode, Walk
from pages.components.frame.service import decoder_service
from pages.components.mount import component
from vae.measure.quality import CONFIDENT
from vae.measure.traversal import Traversal
from vae.plane.box import Box
from vae.plane.limits import kept
from vae.plane.paths import PathKind

POINTS = 201  # of a path: t in steps of 0.005; every frame of the filmstrip is one of them

# The room is kept from the first moment on; the script fills it.
_HTML = """
<div class="continuity">
  <div class="continuity-panel"></div>
  <div class="continuity-side">
    <div class="latent-map">
      <div class="latent-map-legend"></div>
      <div class="latent-map-frame"><p class="latent-map-notice">Loading the map.</p></div>
    </div>
    <div class="continuity-claim"></div>
  </div>
  <div class="continuity-details"></div>
</div>
"""

_component = component.declared(
    "continuity", "continuity/walk", _HTML, styles=("plane/plane", "parts/live_slider")
)


class HeatMap(NamedTuple):
    """Area magnification of side x side cells over `box`, row 0 at the top."""

    magnification: NDArray[np.float64]
    lived: NDArray[np.bool_]  # whether codes or the prior live in a cell
    box: Box


class Lane(NamedTuple):
    """One model's walk, as it stands beside the other's."""

    checkpoint: str
    title: str
    traversal: Traversal  # of POINTS points
    deviation: float  # of the model's codes
    typical: float  # density at a typical test digit


def continuity(
    *,
    key: str,
    checkpoint: str,
    walk: Walk,
    kind: PathKind,
    mode: Mode,
    lanes: Sequence[Lane],
    claim: str,
    heat_map: HeatMap | None,
    legible: bool,
    on_change: Callable[[Walk], None],
) -> None:
    """Draw the plane of `checkpoint`, the path of `kind` between the ends of `walk`, and the digits along it.

    Dragging happens in the browser alone, by way of the decode channel. When an end, the slider or a point
    is let go, `on_change` gets the whole new walk, at most four decimals and within what the channel takes,
    before the script runs again. A `walk` that differs from the browser's moves it.

    `lanes` are one or two models' walks, that of `checkpoint` among them, which belongs to the ends of
    `walk`. `claim` is HTML that stands below the map.
    """
    saved = decoder_service().checkpoint(checkpoint)
    component.mount(
        _component,
        key=key,
        data={
            "checkpoint": checkpoint,
            "show_prior": saved.model_config.variational,
            "classes": list(saved.classes),
            "walk": asdict(walk),
            "kind": kind,
            "mode": mode,
            "lanes": [_lane(lane) for lane in lanes],
            "confident": CONFIDENT,
            "claim": claim,
            "heat_map": _heat(heat_map),
            "legible": legible,
        },
        value="walk",
        read=_read,
        on_change=on_change,
    )


def _lane(lane: Lane) -> dict[str, object]:
    """A path and what is known along it, for the browser; points exactly, curves as fine as a screen."""
    known, classes = lane.traversal, lane.traversal.classes
    return {
        "model": lane.checkpoint,
        "title": lane.title,
        "points": known.points.ravel().tolist(),
        "change": np.round(known.change * lane.deviation, 3).tolist(),
        "density": np.round(known.density, 5).tolist(),
        "typical": lane.typical,
        "empty": known.empty.tolist(),
        "classes": None if classes is None else np.round(classes.astype(np.float64), 3).tolist(),
    }


def _heat(heat_map: HeatMap | None) -> dict[str, object] | None:
    """The magnification's logarithm as bytes; 0 and 255 are its 1st and 99th percentile where one lives."""
    if heat_map is None:
        return None
    logarithm = np.log10(np.maximum(heat_map.magnification, 1e-12))
    low, high = np.percentile(logarithm[heat_map.lived], (1, 99))
    shade = np.clip((logarithm - low) / max(high - low, 1e-12), 0, 1)
    return {
        "shade": base64.b64encode(np.round(255 * shade).astype(np.uint8).tobytes()).decode(),
        "side": len(shade),
        "box": heat_map.box._asdict(),
        "low": float(10**low),
        "high": float(10**high),
    }


def _read(told: Mapping[str, object]) -> Walk | None:
    """The walk as the browser told it, None if it is none."""
    a, b, point = (component.point(told.get(name)) for name in ("a", "b", "point"))
    t = told.get("t")
    if a is None or b is None or point is None or not component.is_number(t):
        return None
    return Walk(a, b, kept(min(max(t, 0.0), 1.0)), point)
