"""The latent map: point anywhere in the plane and see the digit that lives there; click to keep the point."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.kinds import worded
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.numbers import number_field
from pages.components.frame.views import COORDINATES, rounded_point
from pages.components.latent_map import words
from pages.components.latent_map.digit import digit
from pages.components.latent_map.map import latent_map
from pages.components.latent_map.panel import decoded, show_panel
from pages.components.latent_map.timing import timing
from pages.components.latent_map.view import KEEPER, MapView
from vae.model.checkpoint import Checkpoint
from vae.serving.decoding import DecoderService

PLANE, DIGIT = "latent_map_plane", "latent_map_digit"  # keys of the two components
PNG_SCALE = 20


def pin(point: tuple[float, float]) -> None:
    """Keep a point that the visitor chose."""
    KEEPER.keep(pin=rounded_point(*point) or KEEPER.now().pin)


def pin_typed(axis: int, value: float) -> None:
    """Keep what was typed: as good as a click, and so told to a room, too."""
    z1, z2 = KEEPER.now().pin
    pin((value, z2) if axis == 1 else (z1, value))
    st.session_state["typed"] = KEEPER.now().pin


def keep_ground(chosen: str) -> None:
    """Keep what lies behind the points: what was switched just now takes the place of the other."""
    shown = mirrored(f"latent_map_{chosen}")
    KEEPER.keep(**{ground: shown and ground == chosen for ground in words.GROUNDS})


def show_header(service: DecoderService, view: MapView, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "latent_map")
        for ground, label in words.grounds(service.checkpoint(view.checkpoint)).items():
            key = mirror(f"latent_map_{ground}", getattr(view, ground))
            st.toggle(label, key=key, on_change=keep_ground, args=(ground,), width="content")
        checkpoint = service.checkpoint(view.checkpoint)
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.why_the_map(checkpoint))
            timing(key="latent_map_timing", group=PLANE)
    seen, to_try = map(escape, words.lead(checkpoint))
    st.html(f'<p class="atlas-lead" data-testid="lead"><b>{seen}</b><br>{to_try}</p>')
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
                is_typed=view.pin == st.session_state["typed"],
                show_manifold=view.manifold,
                show_legible=view.legible and service.checkpoint(view.checkpoint).is_judged,
                on_pin=pin,
            )
        with st.container(key="latent_map_digit_area", gap="xsmall"):
            digit(key=DIGIT, group=PLANE)
            with st.container(key="latent_map_typed", gap="xsmall"):
                show_coordinates(service, view)
        with st.container(key="latent_map_panel_area", gap="xsmall"):
            show_panel(service, view)
        with st.container(key="latent_map_figures_area", gap="xxsmall"):
            show_figures(service.checkpoint(view.checkpoint))


def show_coordinates(service: DecoderService, view: MapView) -> None:
    columns = st.columns(2, gap="xsmall", wrap=False)
    for axis, (column, value) in enumerate(zip(columns, view.pin, strict=True), start=1):
        number_field(f"z{axis}", value, COORDINATES, f"latent_map_z{axis}", partial(pin_typed, axis), column)
    what = worded("digit", service.checkpoint(view.checkpoint))
    st.download_button(
        "Save as PNG",
        data=lambda: markup.digit_png(decoded(service, view.checkpoint, [view.pin])[0], PNG_SCALE),
        file_name=f"{what}_{view.checkpoint}_{view.pin[0]}_{view.pin[1]}.png",
        mime="image/png",
        on_click="ignore",
        icon=":material/download:",
        key="latent_map_png",
        width="stretch",
    )


def show_figures(checkpoint: Checkpoint) -> None:
    """The checkpoint's own record, in one quiet line."""
    rows = words.figures(checkpoint)
    if reach := words.how_far(checkpoint):
        st.html(f'<p class="atlas-note" data-testid="reach">{reach}</p>')
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
