"""What every page and route shares: the decoder service and the classifier, made once a process."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae.model.classifier import Classifier, find_classifier
from vae.serving.decoding import DecoderService

ROOT = Path(__file__).resolve().parents[3]
CHECKPOINTS = ROOT / "checkpoints"


@st.cache_resource(show_spinner=False)
def decoder_service() -> DecoderService:
    """The one DecoderService of this process, for pages and routes alike."""
    return DecoderService(CHECKPOINTS)


@st.cache_resource(show_spinner=False)
def classifier() -> Classifier | None:
    """The network that names decoded digits; None if there is none."""
    return find_classifier(CHECKPOINTS, decoder_service().device)
