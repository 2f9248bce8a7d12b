"""The latent map: point anywhere in the plane and see the digit that lives there; click to keep the point."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.kinds import worded
from pages.components.frame.mirrors import mirror, mirrored
from pages.components.frame.views import rounded_point
from pages.components.latent_map import words
from pages.components.latent_map.digit import digit
from pages.components.latent_map.map import latent_map
from pages.components.latent_map.panel import panel
from pages.components.latent_map.timing import timing
from pages.components.latent_map.view import KEEPER, MapView, usual_pin
from vae.model.checkpoint import Checkpoint
from vae.serving.decoding import DecoderService

PLANE, DIGIT, PANEL = "latent_map_plane", "latent_map_digit", "latent_map_panel"  # keys of components


def pin(point: tuple[float, float]) -> None:
    """Keep a point that the visitor chose."""
    KEEPER.keep(pin=rounded_point(*point) or KEEPER.now().pin)


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


def show_body(service: DecoderService, view: MapView) -> None:
    """Map, digit, panel, figures.

    No fragment: where one tells something in the same breath as a widget elsewhere, browsers ask for a run of
    the fragment alone.
    """
    saved = service.checkpoint(view.checkpoint)
    with st.container(key="latent_map_body"):  # a grid, laid out in page.css
        with st.container(key="latent_map_plane_area"):
            latent_map(
                key=PLANE,
                checkpoint=view.checkpoint,
                pin=view.pin,
                usual=usual_pin(view.checkpoint, service),
                address=KEEPER.address(service),
                show_manifold=view.manifold,
                show_legible=view.legible and saved.is_judged,
                on_pin=pin,
            )
        with st.container(key="latent_map_digit_area"):
            digit(key=DIGIT, group=PLANE, noun=worded("digit", saved))
        with st.container(key="latent_map_panel_area", gap="xsmall"):
            panel(key=PANEL, group=PLANE, checkpoint=view.checkpoint, saved=saved)
        with st.container(key="latent_map_figures_area", gap="xxsmall"):
            show_figures(saved)


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
    view = KEEPER.now()
    KEEPER.publish(service)
    show_header(service, view, refused)
    show_body(service, view)


show_page()
