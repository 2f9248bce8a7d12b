"""What the completeness page computes once a checkpoint or once a set of draws, for all visitors together."""

from __future__ import annotations

import streamlit as st

from pages.components.completeness.judged_draws import Judged
from pages.components.completeness.maps import HOME, Density, Ellipses, Legible, Overlay
from pages.components.completeness.view import COUNTS, CompletenessView
from pages.components.frame.kinds import judge_of
from pages.components.frame.service import decoder_service, places
from pages.components.frame.words import title
from vae.measure.aggregate import enlargement, excess, posterior_ellipses
from vae.measure.draws import JUDGED, Law, counted, drawn, judged
from vae.model.checkpoint import Checkpoint
from vae.plane.box import Box, data_box

CELLS = 96  # a side, of the density
ELLIPSES = 100  # posteriors of a digit that are drawn
REACH = 4.5  # of the box over which a VAE's codes are compared with the prior: 1 - 1e-5 of the prior's mass
LAYERS_AT_HAND, DRAWS_AT_HAND = 128, 256


def overlay(view: CompletenessView, left: str, right: str) -> Overlay | None:
    """What lies over the planes of the checkpoints `left` and `right`."""
    if view.overlay == "density":
        return Overlay(density(left), density(right))
    if view.overlay == "ellipses":
        return Overlay(ellipses(left, view.digit), ellipses(right, view.digit))
    if view.overlay == "legible" and are_judged(left, right):
        return Overlay(Legible(), Legible())
    return None


def are_judged(*names: str) -> bool:
    """Whether the judge knows what all these checkpoints draw."""
    return all(decoder_service().checkpoint(name).is_judged for name in names)


@st.cache_data(show_spinner=False, max_entries=LAYERS_AT_HAND)
def density(name: str) -> Density:
    """Where codes of a checkpoint crowd, and where some are expected and there are none."""
    checkpoint = decoder_service().checkpoint(name)
    box = shown_box(checkpoint)
    has_prior = checkpoint.model_config.variational
    return Density(excess(checkpoint.latents, box, CELLS, fitted=not has_prior), box)


def shown_box(checkpoint: Checkpoint) -> Box:
    """A square that holds the codes and the prior."""
    if checkpoint.model_config.variational:
        return Box(-REACH, REACH, -REACH, REACH)
    return data_box(checkpoint.latents.means).squared()


@st.cache_data(show_spinner=False, max_entries=LAYERS_AT_HAND)
def ellipses(name: str, digit: int) -> Ellipses:
    """Posteriors of test digits of one label."""
    posteriors = posterior_ellipses(decoder_service().checkpoint(name).latents, digit, ELLIPSES)
    return Ellipses(posteriors, digit, enlargement(posteriors, 2 * HOME))


@st.cache_data(show_spinner=False, max_entries=DRAWS_AT_HAND)
def draws(name: str, law: Law, seed: int) -> Judged | None:
    """What the judge says of a checkpoint's pictures at places drawn by a law; None if no judge knows them.

    All `JUDGED` of them are counted; the first ones, which are as random as any, are kept to be shown.
    Raises QueueFull if too much is asked for at once, and what the service's `decode` raises.
    """
    service = decoder_service()
    checkpoint = service.checkpoint(name)
    judge = judge_of(checkpoint)
    if judge is None:
        return None
    points = drawn(law, checkpoint.latents.means, JUDGED, seed)
    with places().one():
        images = service.decode(name, points).images
        verdicts = judged(images, judge)
    kept = COUNTS[1]
    return Judged(
        *(name, title(name, checkpoint)), points[:kept], images[:kept], verdicts[:kept], counted(verdicts)
    )
