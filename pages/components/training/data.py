"""What the page knows of data sets: what they are called and what their labels count."""

from __future__ import annotations

import streamlit as st

from vae.datasets import own, small
from vae.datasets.dataset import DIGIT_NAMES, DataUnavailable
from vae.datasets.shelf import published

Kind = dict[str, str | list[str]]  # as the browser gets it: title, classes


def kinds(*names: str) -> dict[str, Kind]:
    """Title and classes of the built-in data sets, and of those among `names` that somebody brought."""
    told: dict[str, Kind] = {
        name: {"title": files.title, "classes": list(classes)}
        for name, (files, classes) in published().items()
    }
    told[small.NAME] = {"title": small.TITLE, "classes": list(DIGIT_NAMES)}
    return told | {name: brought(name) for name in names if own.is_own(name)}


@st.cache_data(show_spinner=False, max_entries=20)
def brought(name: str) -> Kind:
    """Of images that somebody brought; without classes if they are no longer kept."""
    try:
        dataset = own.stored(name)
    except DataUnavailable:
        return {"title": "Own images", "classes": []}
    return {"title": dataset.title, "classes": list(dataset.classes)}
