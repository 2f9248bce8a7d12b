"""What every page and route shares, made once a process: decoder service, classifier, surveyed planes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae.model.classifier import Classifier, find_classifier
from vae.serving.decoding import DecoderService
from vae.serving.surveys import Surveys

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


@st.cache_resource(show_spinner=False, on_release=Surveys.close)
def surveys() -> Surveys:
    """Where shortest paths are found; measured when they are asked for, or all of them in the background."""
    return Surveys(decoder_service())
