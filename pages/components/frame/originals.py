"""The held-out images of a model where they are at hand, and the offer to download what is published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae.datasets.dataset import MNIST, DataUnavailable
from vae.datasets.shelf import at_hand, download_dataset, folder_of, held_out, published
from vae.model.checkpoint import Checkpoint
from vae.serving.errors import public

Images = NDArray[np.uint8]  # (n, 784), grey values 0 to 255

SETS_AT_HAND = 4
SIZES = {MNIST: "11 MB", "fashion-mnist": "31 MB"}  # of what is downloaded


@st.cache_resource(max_entries=SETS_AT_HAND, show_spinner=False)
def _read(name: str, folder: Path) -> Images | str:
    try:
        return held_out(name, folder).images
    except DataUnavailable as error:
        return public(error, folder)


def originals(checkpoint: Checkpoint) -> tuple[Images | None, str | None]:
    """The images whose latents the checkpoint holds, in its order, or None and one sentence on what is wrong.

    Where nothing is at hand it is (None, None): then nothing is wrong, and `offer_download` may get them.
    """
    name, count = checkpoint.dataset, len(checkpoint.latents.labels)
    folder = at_hand(name)
    found = None if folder is None else _read(name, folder)
    if found is None or isinstance(found, str):
        return None, found
    return (found, None) if len(found) == count or name == MNIST else (None, None)


def have_stand_ins(checkpoint: Checkpoint) -> bool:
    """Whether scikit-learn's digits, which are others, stand in for MNIST's, not at hand in its order."""
    found, _ = originals(checkpoint)
    return checkpoint.dataset == MNIST and (found is None or len(found) != len(checkpoint.latents.labels))


def offer_download(key: str, said: str, checkpoint: Checkpoint) -> None:
    """Say what is shown without the originals, and offer to download them where somebody publishes them.

    A failure is one sentence and loses nothing.
    """
    name = checkpoint.dataset
    files = published()[name][0] if name in published() else None
    if files is None:
        st.caption(f"{said}: the originals are not on this computer.")
        return
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small", key="originals"):
        st.caption(f"{said}: {files.title} is not on this computer.", width="stretch")
        if not st.button(f"Download ({SIZES[name]})", key=key, icon=":material/download:", type="tertiary"):
            return
    try:
        with st.spinner(f"Downloading {files.title}."):
            download_dataset(name)
    except DataUnavailable as error:
        st.error(public(error, folder_of(name)))
        return
    _read.clear()
    st.rerun()
