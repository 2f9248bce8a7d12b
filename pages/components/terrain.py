"""What the continuity page computes once a checkpoint or once a path, for all visitors together."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.components import resources
from pages.components.address import Point
from pages.components.continuity import POINTS, HeatMap
from vae.classifier import Classifier, find_classifier
from vae.geodesic import PictureSpace, area_magnification, data_box
from vae.paths import PathKind, spherical, straight
from vae.traversal import DigitDensity, Traversal, traverse

CHECKPOINTS_AT_HAND, PATHS_AT_HAND = 16, 256


class Walked(NamedTuple):
    """A path and what lies along it."""

    traversal: Traversal  # of POINTS points
    straight_length: float  # of the straight path between the same ends, in picture space


@st.cache_resource(show_spinner=False)
def classifier() -> Classifier | None:
    """The network that names decoded digits; None if there is none."""
    return find_classifier(resources.CHECKPOINTS, resources.decoder_service().device)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def digit_density(checkpoint: str) -> DigitDensity:
    """How dense the test digits lie in the plane of a checkpoint."""
    return DigitDensity(resources.decoder_service().checkpoint(checkpoint).latents.means)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def picture_space(checkpoint: str) -> PictureSpace:
    """Where shortest paths are found; seconds on a CPU when it is asked for the first time."""
    service = resources.decoder_service()
    return PictureSpace(service.model(checkpoint), service.checkpoint(checkpoint).latents.means)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def heat_map(checkpoint: str) -> HeatMap:
    """The area magnification over the data; a second on a CPU when it is asked for the first time."""
    service = resources.decoder_service()
    box = data_box(service.checkpoint(checkpoint).latents.means)
    return HeatMap(area_magnification(service.model(checkpoint), box), box)


@st.cache_resource(show_spinner=False, max_entries=PATHS_AT_HAND)
def walked(checkpoint: str, kind: PathKind, a: Point, b: Point) -> Walked:
    """The path of this kind from A to B in the plane of a checkpoint."""
    if kind == "straight":
        points = straight(a, b, POINTS)
    elif kind == "spherical":
        points = spherical(a, b, POINTS)
    else:
        points = picture_space(checkpoint).geodesic(a, b, POINTS).points
    model = resources.decoder_service().model(checkpoint)
    traversal = traverse(model, points, digit_density(checkpoint), classifier())
    same = traversal if kind == "straight" else walked(checkpoint, "straight", a, b).traversal
    return Walked(traversal, float(same.picture_lengths[-1]))
