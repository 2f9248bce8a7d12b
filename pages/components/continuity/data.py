"""What the continuity page computes once a checkpoint or once a path, for all visitors together."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.components.continuity.walk import POINTS, HeatMap
from pages.components.frame.kinds import judge_of
from pages.components.frame.service import decoder_service, places, surveys
from pages.components.frame.views import Point
from vae.measure.geodesic import PictureSpace
from vae.measure.traversal import DigitDensity, Traversal, traverse
from vae.measure.walks import deviation
from vae.plane.paths import PathKind, spherical, straight

CHECKPOINTS_AT_HAND, PATHS_AT_HAND = 16, 256
MAX_SURVEY = 300.0  # seconds


class Walked(NamedTuple):
    """A path and what lies along it."""

    traversal: Traversal  # of POINTS points
    straight_length: float  # of the straight path between the same ends, in picture space


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def digit_density(checkpoint: str) -> DigitDensity:
    """How dense the test digits lie in the plane of a checkpoint."""
    return DigitDensity(decoder_service().checkpoint(checkpoint).latents.means)


def is_surveyed(checkpoint: str, timeout: float = 0.0) -> bool:
    """Whether geodesics and heat map can be had at once; asking hurries their survey on."""
    return surveys().found(checkpoint, timeout) is not None


def surveyed_share(checkpoint: str) -> float:
    """How much of its plane is measured, 0 to 1."""
    return surveys().share(checkpoint)


def _space(checkpoint: str) -> PictureSpace:
    space = surveys().found(checkpoint, MAX_SURVEY)
    if space is None:
        raise TimeoutError("This decoder's plane is not measured yet: the machine is too busy. Try again.")
    return space


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def heat_map(checkpoint: str) -> HeatMap:
    """The area magnification wherever shortest paths are looked for."""
    space = _space(checkpoint)
    return HeatMap(*space.magnification(), space.box)


@st.cache_resource(show_spinner=False, max_entries=CHECKPOINTS_AT_HAND)
def code_deviation(checkpoint: str) -> float:
    """The deviation of the codes of a checkpoint."""
    return deviation(decoder_service().checkpoint(checkpoint).latents.means)


def walked(checkpoint: str, kind: PathKind, a: Point, b: Point) -> Walked:
    """The path of this kind from A to B in the plane of a checkpoint.

    Raises QueueFull if too many paths are asked for at once.
    """
    traversal = traversed(checkpoint, kind, a, b)
    same = traversed(checkpoint, "straight", a, b)
    return Walked(traversal, float(same.picture_lengths[-1]))


@st.cache_resource(show_spinner=False, max_entries=PATHS_AT_HAND)
def traversed(checkpoint: str, kind: PathKind, a: Point, b: Point) -> Traversal:
    """The path of this kind from A to B in the plane of a checkpoint, and what lies along it.

    Raises QueueFull if too many paths are asked for at once.
    """
    space = _space(checkpoint) if kind == "geodesic" else None  # waits for its survey outside the queue
    with places().one():
        if kind == "straight":
            points = straight(a, b, POINTS)
        elif kind == "spherical":
            points = spherical(a, b, POINTS)
        else:
            assert space is not None
            points = space.geodesic(a, b, POINTS).points
        model = decoder_service().model(checkpoint)
        judge = judge_of(decoder_service().checkpoint(checkpoint))
        return traverse(model, points, digit_density(checkpoint), judge)
