"""One digit: an image on its way through the machine, every number live."""

from __future__ import annotations

import streamlit as st

from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.kinds import worded
from pages.components.frame.mirrors import mirror
from pages.components.frame.originals import offer_download
from pages.components.one_digit import data, words
from pages.components.one_digit.code import steps
from pages.components.one_digit.controls import show_controls
from pages.components.one_digit.costs import show_costs
from pages.components.one_digit.machine import Told, machine
from pages.components.one_digit.more import show_more
from pages.components.one_digit.questions import show_questions
from pages.components.one_digit.view import KEEPER, DigitView, picture_of
from vae.pictures.spoiled import Picture, spoiled
from vae.serving.batching import QueueFull
from vae.serving.decoding import DecoderService

MACHINE = "one_digit_machine"  # key of the component


def keep_told(told: Told, digit: Picture) -> None:
    """Keep what a hand did; an image that is still the test digit needs no copy."""
    same = told.clean == digit.tobytes()
    KEEPER.keep(picture=None if same else told.clean, noise=told.noise, rubbed=told.rubbed, eps=told.eps)


def show_header(service: DecoderService, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "one_digit")
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.EXPLAIN)
            key = mirror("one_digit_ask", KEEPER.now().ask)
            st.toggle("Ask before showing", key=key, on_change=KEEPER.keep_widget, args=("ask",))
    show_warnings(service, refused)


@st.fragment
def show_digit(service: DecoderService) -> None:
    """Everything that the end of a gesture changes."""
    KEEPER.publish(service)
    view = KEEPER.now()
    checkpoint = service.checkpoint(view.checkpoint)
    shown = data.images_for(view.checkpoint)
    digits = shown.digits
    digit = digits.images[view.digit % len(digits.labels)]
    clean = digit if view.picture is None else picture_of(view.picture)
    st.html(markup.lead(worded(words.TASK, checkpoint), words.sentence(view, checkpoint, shown)))
    with st.container(key="one_digit_controls", horizontal=True, vertical_alignment="center"):
        show_controls(view, checkpoint, digits)
    if shown.source != "test":
        offer_download("one_digit_download", words.SOURCES[shown.source], checkpoint)
    machine(
        key=MACHINE,
        checkpoint=view.checkpoint,
        clean=clean,
        share=view.noise,
        rubbed=view.rubbed,
        eps=view.eps,
        code=steps(checkpoint.model_config.encoder),
        on_change=lambda told: keep_told(told, digit),
    )
    show_below(service, view, spoiled(clean, view.noise, view.mask))


def show_below(service: DecoderService, view: DigitView, seen: Picture) -> None:
    """What is known of the image that the encoder sees."""
    with st.container(key="one_digit_below"):
        try:
            show_questions(service, view, seen)
            with st.container(key="one_digit_costs"):
                show_costs(service, view, seen)
        except QueueFull:
            st.warning(words.BUSY)
            st.button("Try again", key="one_digit_again")
        with st.container(key="one_digit_more"):
            show_more(service, view, seen)


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    show_header(service, refused)
    show_digit(service)


show_page()
