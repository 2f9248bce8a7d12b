"""Share: the address of what is seen, to copy it or to read it off a projector as a QR code."""

from __future__ import annotations

import streamlit as st

from pages.components.mount import component

_component = component.declared("share", "frame/share", '<div class="share"></div>')


def share() -> None:
    """A button that opens it; the browser knows the address, which Python hears of later."""
    with st.popover("Share", type="tertiary", width="content", key="share"):
        _component.show(key="share_address", data={})
