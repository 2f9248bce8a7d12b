"""Widgets that change a part of what the completeness page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components.completeness.view import KEEPER


def show_choice(name: str, options: Sequence[str], chosen: str, names: Mapping[str, str]) -> None:
    """A few choices side by side, for the part `name` of the view."""
    st.session_state[f"completeness_{name}"] = chosen
    st.segmented_control(
        name.capitalize(),
        options,
        format_func=lambda option: names[option],
        key=f"completeness_{name}",
        on_change=KEEPER.keep_widget,
        args=(name,),
        required=True,
        label_visibility="collapsed",
    )


def show_slider(name: str, label: str, bounds: tuple[int, int], chosen: int) -> None:
    """A slider for the part `name` of the view."""
    st.session_state[f"completeness_{name}"] = chosen
    st.slider(
        label, *bounds, key=f"completeness_{name}", on_change=KEEPER.keep_widget, args=(name,), width=180
    )
