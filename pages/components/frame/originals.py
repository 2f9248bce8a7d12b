"""The original test digits where MNIST is at hand, and the offer to download it where it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae.data import MnistUnavailable, data_folder, download_mnist, find_mnist, load_mnist
from vae.serving.errors import public

Images = NDArray[np.uint8]  # (10000, 784), grey values 0 to 255


@st.cache_resource(max_entries=1, show_spinner=False)
def _read(folder: Path) -> Images | str:
    try:
        return load_mnist("test", folder).images
    except MnistUnavailable as error:
        return public(error, folder)


def original_digits() -> tuple[Images | None, str | None]:
    """The 10,000 test images in MNIST's order, or None and one sentence on what is wrong with the files.

    Without any files it is (None, None): then nothing is wrong, and `offer_download` is the way to get them.
    """
    folder = find_mnist()
    found = None if folder is None else _read(folder)
    return (None, found) if isinstance(found, str) else (found, None)


def offer_download(key: str, said: str) -> None:
    """Say what is shown without MNIST, and offer to download it; a failure is one sentence, loses nothing."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small", key="originals"):
        st.caption(f"{said}: MNIST is not on this computer.", width="stretch")
        if not st.button("Download (11 MB)", key=key, icon=":material/download:", type="tertiary"):
            return
    try:
        with st.spinner("Downloading MNIST."):
            download_mnist()
    except MnistUnavailable as error:
        st.error(public(error, data_folder()))
        return
    _read.clear()
    st.rerun()
