"""The latent map: point anywhere in the plane and see the digit that lives there; click to keep the point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.numbers import number_field
from pages.components.frame.views import COORDINATES, rounded_point
from pages.components.frame.words import sentence
from pages.components.latent_map import words
from pages.components.latent_map.digit import digit
from pages.components.latent_map.map import latent_map
from pages.components.latent_map.originals import Images, offer_download, original_digits
from pages.components.latent_map.view import KEEPER, MapView
from vae.model.checkpoint import Checkpoint
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import class_shares, nearest
from vae.plane.prior import prior_density
from vae.serving.decoding import DecoderService

PLANE, DIGIT = "latent_map_plane", "latent_map_digit"  # keys of the two components
PICTURED = 10  # of the nearest digits
PNG_SCALE = 20


def pin(point: tuple[float, float]) -> None:
    """Keep a point that the visitor chose."""
    KEEPER.keep(pin=rounded_point(*point) or KEEPER.now().pin)


def pin_typed(axis: int, value: float) -> None:
    z1, z2 = KEEPER.now().pin
    pin((value, z2) if axis == 1 else (z1, value))


def show_header(service: DecoderService, view: MapView, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "latent_map")
        st.session_state["latent_map_manifold"] = view.manifold
        st.toggle(
            "Digits behind",
            key="latent_map_manifold",
            on_change=KEEPER.keep_widget,
            args=("manifold",),
            width="content",
        )
        checkpoint = service.checkpoint(view.checkpoint)
        with st.popover("Why?", type="tertiary", width="content"):
            st.markdown(words.why_the_map(checkpoint))
    st.html(f'<p class="atlas-lead"><b>{words.TASK}</b><br>{escape(sentence(checkpoint))}</p>')
    show_warnings(service, refused)


@st.fragment
def show_map(service: DecoderService) -> None:
    """Everything that a pin changes; a pin reruns this and nothing else."""
    KEEPER.publish(service)
    view = KEEPER.now()
    with st.container(key="latent_map_body"):  # a grid, laid out in page.css
        with st.container(key="latent_map_plane_area"):
            latent_map(
                key=PLANE,
                checkpoint=view.checkpoint,
                pin=view.pin,
                show_manifold=view.manifold,
                on_pin=pin,
            )
        with st.container(key="latent_map_digit_area", gap="xsmall"):
            digit(key=DIGIT, group=PLANE)
            with st.container(key="latent_map_typed", gap="xsmall"):
                show_coordinates(service, view)
        with st.container(key="latent_map_panel_area", gap="xsmall"):
            show_neighbours(service, view)
        with st.container(key="latent_map_figures_area", gap="xxsmall"):
            show_figures(service.checkpoint(view.checkpoint))


def show_coordinates(service: DecoderService, view: MapView) -> None:
    columns = st.columns(2, gap="xsmall", wrap=False)
    for axis, (column, value) in enumerate(zip(columns, view.pin, strict=True), start=1):
        number_field(f"z{axis}", value, COORDINATES, f"latent_map_z{axis}", partial(pin_typed, axis), column)
    st.download_button(
        "Save as PNG",
        data=lambda: markup.digit_png(decoded(service, view.checkpoint, [view.pin])[0], PNG_SCALE),
        file_name=f"digit_{view.checkpoint}_{view.pin[0]}_{view.pin[1]}.png",
        mime="image/png",
        on_click="ignore",
        icon=":material/download:",
        key="latent_map_png",
        width="stretch",
    )


def decoded(service: DecoderService, checkpoint: str, points: Sequence[tuple[float, float]]) -> Images:
    return service.decode(checkpoint, np.asarray(points, dtype=np.float32)).images


def show_neighbours(service: DecoderService, view: MapView) -> None:
    """What the 10,000 test digits say about the pinned point."""
    checkpoint = service.checkpoint(view.checkpoint)
    means, labels = checkpoint.latents.means, checkpoint.latents.labels
    indices, distances = nearest(means, np.asarray(view.pin, dtype=np.float32), NEIGHBOURS)
    shown = indices[:PICTURED]
    originals, problem = original_digits()
    if originals is None:
        images, kind = decoded(service, view.checkpoint, means[shown]), "reconstruction of a test digit"
    else:
        images, kind = originals[shown], "test digit"
    source = "reconstructions" if originals is None else "originals"
    notes = [f"{distance:.3f} away" for distance in distances[:PICTURED]]
    st.html(
        markup.facts(point_facts(checkpoint, view.pin, float(distances[0])))
        + f"<h2>Nearest test digits <span>{source}</span></h2>"
        + markup.digit_strip(images, labels[shown].tolist(), notes, kind)
        + f"<h2>Labels of the {len(indices)} nearest</h2>"
        + markup.share_bars(class_shares(labels[indices]), len(indices))
    )
    if problem is not None:
        st.caption(problem)
    elif originals is None:
        offer_download("latent_map_download")


def point_facts(
    checkpoint: Checkpoint, point: tuple[float, float], distance: float
) -> list[tuple[str, str, str]]:
    """Name, value and note: prior density, distance from the centre, distance to the nearest test digit."""
    away = f"{math.hypot(*point):.2f}"
    near = ("Nearest test digit", f"{distance:.3f}", "away")
    if not checkpoint.model_config.variational:
        return [("Prior density", "none", ""), ("From the centre", away, ""), near]
    here, peak = prior_density(np.asarray([point, (0.0, 0.0)], dtype=np.float32))
    share = f"{100 * here / peak:.0f} %" if here >= 0.01 * peak else "less than 1 %"
    density = f"{here:.4f}" if here >= 1e-4 else "< 0.0001"
    return [("Prior density", density, f"{share} of its peak"), ("From the centre", away, "σ"), near]


def show_figures(checkpoint: Checkpoint) -> None:
    """The checkpoint's own record, in one quiet line."""
    rows = words.figures(checkpoint)
    line = "".join(f"<span>{name} <b>{value}</b></span>" for name, value in rows)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(
            f'<p class="atlas-figures" data-testid="figures">{line or words.NOT_MEASURED}</p>',
        )
        with st.popover("What do these mean?", type="tertiary", width="content"):
            st.markdown(words.why_the_figures(checkpoint))


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    show_header(service, KEEPER.now(), refused)
    show_map(service)


show_page()
