"""The plane as one picture, twice, as a Streamlit component: lattices of decoded digits side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pages.components.mount import component
from vae.plane.linking import Link

_component = component.declared(
    "manifold_grid", "completeness/manifold_grid", '<div class="manifold-grid"></div>'
)


def manifold_grid(
    *,
    key: str,
    group: str,
    left: str,
    right: str,
    titles: Mapping[str, str],
    link: Link,
    side: int,
    sigmas: float | None,
    axis: Sequence[float],
) -> None:
    """Draw side x side digits of the checkpoints `left` and `right`, one picture each.

    The lattice lies over the prior's quantiles, or from -sigmas to +sigmas on both axes; `axis` holds its
    `side` coordinates, ascending. With the link "quantiles" the left picture shows the places that correspond
    to the right one's by quantile. The right one follows the maps of `group` (their component's key) when
    their rung changes, in the browser alone; `titles` are what the checkpoints are called. A click on a cell
    asks the maps to pin its place; the page stays where it is.
    """
    _component.show(
        key=key,
        data={
            "group": group,
            "left": left,
            "right": right,
            "titles": dict(titles),
            "link": link,
            "side": side,
            "sigmas": sigmas,
            "axis": [float(value) for value in axis],
        },
    )
