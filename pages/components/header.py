"""The line at the top of every page: the app's name, the pages, and room for a page's own controls."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# script beside main.py: name, in the order of the lecture
PAGES = {"latent_map.py": "Latent map", "continuity.py": "Continuity"}


def header() -> DeltaGenerator:
    """Draw the line and return its right end, a container for the page's controls."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="header"):
        st.html("<h1>Latent Atlas</h1>", width="content")
        for script, name in PAGES.items():
            st.page_link(script, label=name)
        return st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            gap="medium",
            key="header_controls",
        )
