"""The panel beside the map: what is known of the pinned point, and by whom."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.components.frame import markup
from pages.components.frame.originals import Images, offer_download, original_digits
from pages.components.frame.service import classifier
from pages.components.frame.views import presented
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
    originals, problem = original_digits()
    images = np.stack(redrawn) if originals is None else originals[shown]
    source = "reconstructions" if originals is None else "originals"
    notes = [f"{distance:.3f} away" for distance in distances[:PICTURED]]
    kind = "reconstruction of a test digit" if originals is None else "test digit"
    with st.container(key="latent_map_followed", gap="xxsmall"):
        st.html(line(followed(checkpoint, view, int(indices[0]), float(distances[0]), originals, redrawn[0])))
        show_door(view.checkpoint, int(indices[0]))
        verdicts = markup.facts([reading(at_pin), words.vote(counts, len(indices))], "verdicts")
        st.html(verdicts + markup.facts(place(checkpoint, view.pin)))
    st.html(
        f"<h2>Nearest test digits <span>{source}</span></h2>"
        + markup.digit_strip(images, labels[shown].tolist(), notes, kind)
        + f"<h2>Vote of the {len(indices)} nearest codes</h2>"
        + markup.share_bars(counts, len(indices))
    )
    if problem is not None:
        st.caption(problem)
    elif originals is None:
        offer_download("latent_map_download", "Drawn again by the decoder")


def show_door(checkpoint: str, index: int) -> None:
    """A link to the page that opens the machine for this test digit."""
    address = {"model": checkpoint, "digit": str(index)}
    st.page_link("one_digit.py", label="Open this digit →", query_params=address | presented())


def followed(
    checkpoint: Checkpoint,
    view: MapView,
    index: int,
    distance: float,
    originals: Images | None,
    redrawn: Images,
) -> Followed:
    """The test digit of this index, whose code is the nearest; `redrawn` (784,) is its reconstruction."""
    latents = checkpoint.latents
    here = digit_at(latents.means, view.pin) is not None
    return Followed(
        index=index,
        label=int(latents.labels[index]),
        away=0.0 if here else distance,
        mean=latents.means[index],
        deviation=np.exp(latents.log_variances[index] / 2),
        original=None if originals is None else originals[index],
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
