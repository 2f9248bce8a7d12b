"""The line at the top of every page, and what pages say when something is missing."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import PurePath
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.frame.markup import unformatted
from pages.components.frame.service import decoder_service, is_loaded
from pages.components.frame.share import share
from pages.components.frame.views import Keeper, companions
from vae.device import DeviceError
from vae.model import ladder
from vae.serving.decoding import DecoderService

# script beside main.py: name, in the order of the lecture
PAGES = {
    "latent_map.py": "Latent map",
    "one_digit.py": "One digit",
    "continuity.py": "Continuity",
    "completeness.py": "Completeness",
    "training.py": "Training",
    "classroom.py": "Classroom",
}

LOADING = "Loading the decoders: a few seconds, once after the start."


def header(own: Keeper[Any]) -> DeltaGenerator:
    """Draw the line and return its right end, a container for the controls of the page that `own` keeps.

    A link to another page holds that page's whole address, so that following it is one step of the browser's
    history; the link to the page itself leads to its usual view.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="header"):
        st.html("<h1>Latent Atlas</h1>", width="content")
        with st.container(horizontal=True, width="content", key="header_pages"):
            for keeper in st.session_state["keepers"]:
                script = f"{keeper.page}.py"
                address = companions() if keeper == own else keeper.address(decoder_service())
                page = st.session_state["scripts"][script]  # no path, which would be looked up on the disk
                st.page_link(page, label=PAGES[script], query_params=address or None)
        share()
        return st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            gap="medium",
            key="header_controls",
        )


def usable_service() -> DecoderService | None:
    """The decoder service; if it has no device or no decoder, say what to do and return None."""
    try:
        with nullcontext() if is_loaded() else st.spinner(LOADING):
            service = decoder_service()
    except DeviceError as error:
        st.error(str(error))
        return None
    if service.names:
        return service
    for sentence in service.problems.values():
        st.error(sentence)
    return None


def show_warnings(service: DecoderService, refused: str | None) -> None:
    """What is unusable: of the address, and of checkpoints; the beta ladder's rungs are another page's."""
    if refused:
        st.warning(unformatted(refused))
    for file, sentence in service.problems.items():
        if not ladder.beta_of(PurePath(file).stem):
            st.warning(sentence)
