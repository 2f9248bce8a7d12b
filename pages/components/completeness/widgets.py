"""Widgets that change a part of what the completeness page shows."""

from __future__ import annotations

import streamlit as st

from pages.components.completeness.view import KEEPER, MORE, More
from pages.components.completeness.words import MORE_NAMES
from pages.components.frame.mirrors import mirror, mirrored


def show_more(chosen: More) -> None:
    """What may stand open below the planes, one or none of it."""
    st.segmented_control(
        "More",
        [each for each in MORE if each != "none"],
        format_func=lambda each: MORE_NAMES[each],
        key=mirror("completeness_more", None if chosen == "none" else chosen),
        on_change=_keep_more,
    )


def _keep_more() -> None:
    KEEPER.keep(more=mirrored("completeness_more") or "none")


def show_slider(name: str, label: str, bounds: tuple[int, int], chosen: int) -> None:
    """A slider for the part `name` of the view."""
    key = mirror(f"completeness_{name}", chosen)
    st.slider(label, *bounds, key=key, on_change=KEEPER.keep_widget, args=(name,), width=180)
