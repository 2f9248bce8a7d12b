"""What every page and route shares, made once a process: decoder service, classifier, surveyed planes.

Imported where they are made: torch takes as long to load as all else, and browsers can begin meanwhile.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vae.measure.draws import Verdict
    from vae.measure.geodesic import PictureSpace
    from vae.measure.outlook import Outlook
    from vae.model.classifier import Classifier
    from vae.serving.batching import MicroBatcher
    from vae.serving.decoding import DecoderService
    from vae.serving.places import Places
    from vae.serving.surveys import Surveys
    from vae.workshop.decoders import Decoders
    from vae.workshop.maps import Maps
    from vae.workshop.remote import RemoteWorkshop
    from vae.workshop.workshop import Workshop

COMPUTING, WAITING, PATIENCE = 2, 60, 15.0  # paths at a time, in the queue, and seconds there
ROOT = Path(__file__).resolve().parents[3]
CHECKPOINTS = ROOT / "checkpoints"
# In the environment: the address of a process that decodes gestures, trains and keeps rooms for this one.
DECODER = "LATENT_ATLAS_DECODER"


@st.cache_resource(show_spinner=False, on_release=lambda service: service.close())
def decoder_service() -> DecoderService:
    """The one DecoderService of this process, for pages and routes alike."""
    from vae.cluster.environment import decoders
    from vae.device import CPU
    from vae.serving.decoding import DecoderService
    from vae.workshop.guests import Guests

    guests = Guests(workshop)
    is_elsewhere = bool(os.environ.get(DECODER))
    service = DecoderService(CHECKPOINTS, CPU, guests) if is_elsewhere else decoders(CHECKPOINTS, guests)
    _loaded().set()
    return service


def is_loaded() -> bool:
    """Whether `decoder_service` answers at once."""
    return _loaded().is_set()


@st.cache_resource(show_spinner=False)
def _loaded() -> threading.Event:
    return threading.Event()


@st.cache_resource(show_spinner=False, on_release=lambda workshop: workshop.close())
def workshop() -> Workshop | RemoteWorkshop:
    """Where visitors train: here, or in the process that decodes for this one."""
    from vae.datasets.own import runs_folder
    from vae.workshop.remote import RemoteWorkshop
    from vae.workshop.workshop import Workshop

    address = os.environ.get(DECODER)
    return RemoteWorkshop(address, runs_folder()) if address else Workshop(runs_folder())


@st.cache_resource(show_spinner=False)
def maps() -> Maps:
    """The maps of runs, snapshot by snapshot."""
    from vae.workshop.maps import Maps

    return Maps(workshop)


@st.cache_resource(show_spinner=False)
def history_decoders() -> Decoders:
    """The decoders of runs, snapshot by snapshot."""
    from vae.workshop.decoders import Decoders

    return Decoders(workshop, decoder_service().device)


@st.cache_resource(show_spinner=False)
def classifier() -> Classifier | None:
    """The network that names decoded digits; None if there is none."""
    from vae.model.classifier import find_classifier

    return find_classifier(CHECKPOINTS, decoder_service().device)


@st.cache_resource(show_spinner=False, on_release=lambda judge: None if judge is None else judge.close())
def judge() -> MicroBatcher[NDArray[np.uint8], Verdict] | None:
    """Who judges single pictures (784,), those that come together in one pass; None without a classifier.

    Dozens of steps a pass: a class that pins would hand them from thread to thread, each time with a wait.
    """
    from vae.serving.judging import judging

    found = classifier()
    return None if found is None else judging(found)


@st.cache_resource(show_spinner=False, on_release=lambda surveys: surveys.close())
def surveys() -> Surveys[PictureSpace]:
    """Where shortest paths are found."""
    from vae.serving.surveys import Surveys

    return Surveys(decoder_service(), _survey)


def _survey(service: DecoderService, name: str) -> Generator[float, None, PictureSpace]:
    # Not before: to import SciPy takes as long as everything else that the first visitor waits for.
    from vae.measure.geodesic import survey

    return survey(service.model(name), service.checkpoint(name).latents.means)


@st.cache_resource(show_spinner=False, on_release=lambda outlooks: outlooks.close())
def outlooks() -> Surveys[Outlook]:
    """Where in a model's plane an image can be."""
    from vae.serving.surveys import Surveys

    return Surveys(decoder_service(), _outlook)


def _outlook(service: DecoderService, name: str) -> Generator[float, None, Outlook]:
    from vae.measure.outlook import look_around

    return look_around(service.model(name).decode)


@st.cache_resource(show_spinner=False)
def places() -> Places:
    """Where pages compute what takes long; a class that asks at once waits in one queue."""
    from vae.serving.places import Places

    return Places(COMPUTING, WAITING, PATIENCE)
