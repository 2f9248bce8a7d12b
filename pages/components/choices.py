"""Choices that pages share."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.components import wording
from vae.decoding import DecoderService


def copy_to(name: str, widget: str) -> None:
    """Keep what a widget reports, for when its page is left."""
    st.session_state[name] = st.session_state[widget]
    st.session_state["changed_here"] = True


def choose_checkpoint(service: DecoderService, page: str) -> None:
    """One click where the choices are few, a list where they are many; `page` prefixes the widget's key."""
    widget = f"{page}_checkpoint"
    st.session_state[widget] = st.session_state["checkpoint"]
    choose: Callable[..., str] = st.segmented_control if len(service.names) <= 3 else st.selectbox
    choose(
        "Model",
        service.names,
        key=widget,
        format_func=lambda name: wording.title(name, service.checkpoint(name)),
        on_change=copy_to,
        args=("checkpoint", widget),
        label_visibility="collapsed",
        **({"required": True} if choose is st.segmented_control else {"width": 240}),
    )
