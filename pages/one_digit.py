"""One digit: an image on its way through the machine, every number live."""

from __future__ import annotations

import streamlit as st

from pages.components.frame import markup
from pages.components.frame.choices import choose_checkpoint
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.one_digit import data, words
from pages.components.one_digit.belonging import Own, belonging
from pages.components.one_digit.code import steps
from pages.components.one_digit.controls import show_controls
from pages.components.one_digit.loss import loss
from pages.components.one_digit.machine import Told, machine
from pages.components.one_digit.view import KEEPER, DigitView, picture_of
from vae.pictures.spoiled import Picture, spoiled
from vae.serving.decoding import DecoderService

MACHINE, LOSS, BELONGING = "one_digit_machine", "one_digit_loss", "one_digit_belonging"  # components' keys


def keep_told(told: Told, digit: Picture) -> None:
    """Keep what a hand did; an image that is still the test digit needs no copy."""
    same = told.clean == digit.tobytes()
    KEEPER.keep(picture=None if same else told.clean, noise=told.noise, rubbed=told.rubbed, eps=told.eps)


def keep_beta(beta: float) -> None:
    KEEPER.keep(beta=beta)


def show_header(service: DecoderService, refused: str | None) -> None:
    with header(KEEPER):
        choose_checkpoint(service, "one_digit")
        with st.popover("Explain", type="tertiary", width="content"):
            st.markdown(words.EXPLAIN)
    show_warnings(service, refused)


@st.fragment
def show_digit(service: DecoderService) -> None:
    """Everything that the end of a gesture changes."""
    KEEPER.publish(service)
    view = KEEPER.now()
    checkpoint = service.checkpoint(view.checkpoint)
    digits, _ = data.digits(checkpoint.latents)
    st.html(markup.lead(words.TASK, words.sentence(view, checkpoint, digits)))
    with st.container(key="one_digit_controls", horizontal=True, vertical_alignment="center"):
        show_controls(view, digits)
    show_machine(view, digits.images[view.digit], checkpoint.model_config.encoder)
    show_numbers(view, digits.images[view.digit], checkpoint.model_config.variational)


def show_machine(view: DigitView, digit: Picture, encoder: str) -> None:
    machine(
        key=MACHINE,
        checkpoint=view.checkpoint,
        clean=digit if view.picture is None else picture_of(view.picture),
        share=view.noise,
        rubbed=view.rubbed,
        eps=view.eps,
        code=steps(encoder),
        on_change=lambda told: keep_told(told, digit),
    )


def show_numbers(view: DigitView, digit: Picture, variational: bool) -> None:
    """What the image costs, and whether it belongs to the digits."""
    clean = digit if view.picture is None else picture_of(view.picture)
    image = data.binary(spoiled(clean, view.noise, view.mask), view.digit)
    if variational and not data.is_looked_around(view.checkpoint):
        st.caption(f"Looking around the plane: {data.looked_share(view.checkpoint):.0%}.")
        return
    account = data.account(view.checkpoint, image.tobytes()) if variational else None
    loss(key=LOSS, account=account, binary=image, beta=view.beta, on_beta=keep_beta)
    if ground := data.ground(view.checkpoint):
        likelihood = account.log_likelihood if account else None
        error = data.reconstruction_error(view.checkpoint, image.tobytes())
        belonging(key=BELONGING, ground=ground, own=Own(likelihood, error, int(image.sum())))


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    show_header(service, refused)
    show_digit(service)


show_page()
