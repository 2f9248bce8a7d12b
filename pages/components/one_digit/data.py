"""The images that the page offers, and what it computes about one."""

from __future__ import annotations

import streamlit as st

from pages.components.frame.originals import original_digits
from vae.data import Digits
from vae.measure.unseen import small_digits
from vae.model.checkpoint import Latents


@st.cache_resource(max_entries=1, show_spinner=False)
def _small_digits() -> Digits:
    return small_digits()


def digits(latents: Latents) -> tuple[Digits, bool]:
    """The images to choose from, and whether they are MNIST's test set: else scikit-learn's small digits.

    Those need no download; MNIST's labels are the checkpoint's, in the same order.
    """
    images, _ = original_digits()
    if images is not None and len(images) == len(latents.labels):
        return Digits(images, latents.labels), True
    return _small_digits(), False
