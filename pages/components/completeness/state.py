"""The visitor's own view of the completeness page, and the widgets that change a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.components.completeness.view import CompletenessView


def current_view() -> CompletenessView:
    view = st.session_state["completeness"]
    assert isinstance(view, CompletenessView)
    return view


def keep(**changes: object) -> None:
    """Keep what a visitor chose."""
    st.session_state["completeness"] = replace(current_view(), **changes)
    st.session_state["changed_here"] = True


def keep_chosen(name: str) -> None:
    keep(**{name: st.session_state[f"completeness_{name}"]})


def show_choice(name: str, options: Sequence[str], chosen: str, names: Mapping[str, str]) -> None:
    """A few choices side by side, for the part `name` of the view."""
    st.session_state[f"completeness_{name}"] = chosen
    st.segmented_control(
        name.capitalize(),
        options,
        format_func=lambda option: names[option],
        key=f"completeness_{name}",
        on_change=keep_chosen,
        args=(name,),
        required=True,
        label_visibility="collapsed",
    )


def show_slider(name: str, label: str, bounds: tuple[int, int], chosen: int) -> None:
    """A slider for the part `name` of the view."""
    st.session_state[f"completeness_{name}"] = chosen
    st.slider(label, *bounds, key=f"completeness_{name}", on_change=keep_chosen, args=(name,), width=180)
