"""The panel beside the map: what is known of the pinned point, and by whom."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.frame import markup
from pages.components.frame.kinds import called, worded
from pages.components.frame.originals import Images, offer_download, originals
from pages.components.frame.service import classifier
from pages.components.frame.views import companions
from pages.components.latent_map import words
from pages.components.latent_map.followed import Followed, line
from pages.components.latent_map.view import MapView
from vae.model.checkpoint import Checkpoint
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import class_shares, digit_at, nearest
from vae.plane.prior import prior_density
from vae.serving.decoding import DecoderService

PICTURED = 10  # of the nearest digits


def decoded(service: DecoderService, checkpoint: str, points: object) -> Images:
    """The pictures of points (n, 2)."""
    return service.decode(checkpoint, np.asarray(points, dtype=np.float32)).images


def show_panel(service: DecoderService, view: MapView) -> None:
    """The followed digit, the judge's reading, the codes' vote, the place, the nearest test digits."""
    checkpoint = service.checkpoint(view.checkpoint)
    means, labels = checkpoint.latents.means, checkpoint.latents.labels
    indices, distances = nearest(means, view.pin, NEIGHBOURS)
    near = bool(distances[0] <= checkpoint.latents.reach)
    counts = class_shares(labels[indices]) if near else np.zeros(10)
    shown = indices[:PICTURED]
    at_pin, *redrawn = decoded(service, view.checkpoint, [view.pin, *means[shown]])
    own, problem = originals(checkpoint)
    with st.container(key="latent_map_followed", gap="xxsmall"):
        st.html(line(followed(checkpoint, view, int(indices[0]), float(distances[0]), own, redrawn[0])))
        show_door(checkpoint, view.checkpoint, int(indices[0]))
        st.html(
            verdicts(checkpoint, at_pin, counts, len(indices)) + markup.facts(place(checkpoint, view.pin))
        )
    images = np.stack(redrawn) if own is None else own[shown]
    notes = [f"{distance:.3f} away" for distance in distances[:PICTURED]]
    votes = votes_of(checkpoint, counts, len(indices))
    st.html(neighbours(checkpoint, images, labels[shown], notes, own is not None) + votes)
    if problem is not None:
        st.caption(problem)
    elif own is None:
        offer_download("latent_map_download", "Drawn again by the decoder", checkpoint)


def verdicts(checkpoint: Checkpoint, picture: Images, counts: NDArray[np.float64], of: int) -> str:
    """What the judge and the codes say, as HTML: whoever knows these images."""
    rows = [reading(picture)] if checkpoint.is_judged else []
    if checkpoint.classes:
        rows.append(words.vote(counts, of, checkpoint.classes))
    return markup.facts(rows, "verdicts") if rows else ""


def votes_of(checkpoint: Checkpoint, counts: NDArray[np.float64], of: int) -> str:
    """The votes as bars, where there are labels."""
    if not checkpoint.classes:
        return ""
    return f"<h2>Vote of the {of} nearest codes</h2>" + markup.share_bars(counts, of, checkpoint.classes)


def neighbours(
    checkpoint: Checkpoint, images: Images, labels: NDArray[np.uint8], notes: list[str], are_originals: bool
) -> str:
    """The nearest held-out images in a row, the names of their classes beneath."""
    source = "originals" if are_originals else "reconstructions"
    kind = "test digit" if are_originals else "reconstruction of a test digit"
    names = [checkpoint.classes[label] if checkpoint.classes else "" for label in labels]
    return f"<h2>{worded('Nearest test digits', checkpoint)} <span>{source}</span></h2>" + markup.digit_strip(
        images, names, notes, worded(kind, checkpoint)
    )


def show_door(checkpoint: Checkpoint, name: str, index: int) -> None:
    """A link to the page that opens the machine for this test digit."""
    address = {"model": name, "digit": str(index)}
    label = worded("Open this digit →", checkpoint)
    st.page_link("one_digit.py", label=label, query_params=address | companions())


def followed(
    checkpoint: Checkpoint,
    view: MapView,
    index: int,
    distance: float,
    own: Images | None,
    redrawn: Images,
) -> Followed:
    """The test digit of this index, whose code is the nearest; `redrawn` (784,) is its reconstruction."""
    latents = checkpoint.latents
    here = digit_at(latents.means, view.pin) is not None
    return Followed(
        index=index,
        called=called(int(latents.labels[index]), checkpoint.classes),
        noun=worded("Test digit", checkpoint),
        away=0.0 if here else distance,
        mean=latents.means[index],
        deviation=np.exp(latents.log_variances[index] / 2),
        original=None if own is None else own[index],
        reconstruction=redrawn,
    )


def reading(picture: Images) -> tuple[str, str, str]:
    """What the classifier reads in one decoded picture (784,)."""
    from vae.measure.draws import judged

    judge = classifier()
    return words.reading(None if judge is None else judged(picture[None], judge)[0])


def place(checkpoint: Checkpoint, point: Sequence[float]) -> list[tuple[str, str, str]]:
    """Name, value and note: prior density, distance from the centre."""
    away = f"{math.hypot(*point):.2f}"
    if not checkpoint.model_config.variational:
        return [("Prior density", "none", ""), ("From the centre", away, "")]
    here, peak = prior_density(np.asarray([point, (0.0, 0.0)], dtype=np.float32))
    share = f"{100 * here / peak:.0f} %" if here >= 0.01 * peak else "less than 1 %"
    density = f"{here:.4f}" if here >= 1e-4 else "< 0.0001"
    return [("Prior density", density, f"{share} of its peak"), ("From the centre", away, "σ")]
