"""What the continuity page computes once a checkpoint or once a path, for all visitors together."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.components.continuity.walk import POINTS, HeatMap
from pages.components.frame.service import classifier, decoder_service
from pages.components.frame.views import Point
from vae.measure.geodesic import PictureSpace, area_magnification
from vae.measure.traversal import DigitDensity, Traversal, traverse
from vae.plane.box import data_box
from vae.plane.paths import PathKind, spherical, straight

CHECKPOINTS_AT_HAND, PATHS_AT_HAND = 16, 256


class Walked(NamedTuple):
    """A path and what lies along it."""

    traversal: Traversal  # of POINTS points
    straight_length: float  # of the straight path between the same ends, in picture space


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def digit_density(checkpoint: str) -> DigitDensity:
    """How dense the test digits lie in the plane of a checkpoint."""
    return DigitDensity(decoder_service().checkpoint(checkpoint).latents.means)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def picture_space(checkpoint: str) -> PictureSpace:
    """Where shortest paths are found; seconds on a CPU when it is asked for the first time."""
    service = decoder_service()
    return PictureSpace(service.model(checkpoint), service.checkpoint(checkpoint).latents.means)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def heat_map(checkpoint: str) -> HeatMap:
    """The area magnification over the data; a second on a CPU when it is asked for the first time."""
    service = decoder_service()
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
    model = decoder_service().model(checkpoint)
    traversal = traverse(model, points, digit_density(checkpoint), classifier())
    same = traversal if kind == "straight" else walked(checkpoint, "straight", a, b).traversal
    return Walked(traversal, float(same.picture_lengths[-1]))
