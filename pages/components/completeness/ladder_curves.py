"""The ladder's figures as a Streamlit component: small plots over beta and the rate-distortion curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pages.components.mount import component
from vae.measure.measures import MEASURES

DRAWN = (
    "reconstruction_nats",
    "kl_nats",
    "elbo_nats",
    "log_likelihood_nats",
    "completeness",
    "completeness_fitted",
    "completeness_covered",
    "completeness_fitted_covered",
)

# what the browser is told of each figure
DESCRIBED = {
    key: {"label": measure.label, "short": measure.name, "unit": measure.unit, "decimals": measure.decimals}
    for key, measure in MEASURES.items()
    if key in DRAWN
}

_component = component.declared(
    "ladder_curves", "completeness/ladder_curves", '<div class="ladder-curves"></div>'
)


class Measured(NamedTuple):
    """A rung of the ladder with its checkpoint's own record; what was not measured is missing there."""

    name: str  # of the checkpoint
    title: str  # "VAE, β = 4"
    beta: float
    figures: Mapping[str, float]


def ladder_curves(*, key: str, group: str, rungs: Sequence[Measured]) -> None:
    """Draw the recorded figures of the rungs over beta, and reconstruction against KL divergence.

    A marker in every plot follows the rung that the maps of `group` (their component's key) show, in the
    browser alone; a click on a rung asks the maps for it. A figure that is missing leaves a gap.
    """
    _component.show(
        key=key,
        data={"group": group, "rungs": [_row(rung) for rung in rungs], "measures": DESCRIBED},
    )


def _row(rung: Measured) -> dict[str, object]:
    """The rung for the browser, figures in their units: null where there is no finite one."""
    figures = {name: MEASURES[name].in_unit(rung.figures.get(name, math.nan)) for name in DRAWN}
    finite = {name: value if math.isfinite(value) else None for name, value in figures.items()}
    return {"name": rung.name, "title": rung.title, "beta": rung.beta, "figures": finite}
