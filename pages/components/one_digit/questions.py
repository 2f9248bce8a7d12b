"""Three questions that the page asks before it shows, at the address `?ask=1`; answers wait for a choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from pages.components.frame.words import a_digit
from pages.components.one_digit import data, words
from pages.components.one_digit.controls import pick
from pages.components.one_digit.view import DigitView
from vae.measure.predictions import changed
from vae.model.checkpoint import Checkpoint
from vae.pictures.examples import blank
from vae.pictures.spoiled import Picture
from vae.serving.decoding import DecoderService

# Which choice is right, None if that is not known yet, and what is said of it.
Answer = tuple[str | None, str]


def show_questions(service: DecoderService, view: DigitView, picture: Picture) -> None:
    """The questions about the model and image on show."""
    if not view.ask:
        return
    with st.container(key="one_digit_questions", border=True, gap="xsmall"):
        checkpoint = service.checkpoint(view.checkpoint)
        if checkpoint.is_judged:
            show_nine(view.checkpoint)
        if checkpoint.model_config.variational:
            ask("half", words.HALF, words.GROWTHS, lambda: growth(checkpoint, view, picture))
            ask("blank", words.BLANK, words.LIKELIER, lambda: likelier(view, picture))


def ask(name: str, question: str, choices: Mapping[str, str], answer: Callable[[], Answer]) -> None:
    """A question; once something is chosen, whether it was right, and the answer in a sentence or two."""
    chosen = st.segmented_control(
        question, list(choices), format_func=lambda choice: choices[choice], key=f"one_digit_ask_{name}"
    )
    if chosen is None:
        return
    right, said = answer()
    verdict = "" if right is None else "Yes." if chosen == right else f"No: {choices[right].lower()}."
    st.html(f'<p class="atlas-note" data-testid="answer-{name}" role="status"><b>{verdict}</b> {said}</p>')


def show_nine(checkpoint: str) -> None:
    """Where a 9 that looks like a 4 lands; the button shows it."""
    index = data.four_like_nine(checkpoint)
    if index is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ask("nine", words.nine(index), words.LANDINGS, lambda: landed(checkpoint, index))
        st.button(
            f"Show digit {index}",
            key="one_digit_ask_show",
            on_click=pick,
            args=(index,),
        )


def landed(checkpoint: str, index: int) -> Answer:
    label = data.landing(checkpoint, index)
    if label is None:
        return "between", words.BETWEEN
    return (str(label) if label in (4, 9) else "between"), f"Most codes around it are {a_digit(label)}."


def growth(checkpoint: Checkpoint, view: DigitView, picture: Picture) -> Answer:
    factor = data.growth(view.checkpoint, picture.tobytes())
    return changed(factor), words.grown(factor, data.growths(view.checkpoint), checkpoint)


def likelier(view: DigitView, picture: Picture) -> Answer:
    if not data.is_looked_around(view.checkpoint):
        return None, words.NOT_YET
    own, empty = (
        data.account(view.checkpoint, data.binary(image, view.digit).tobytes()).log_likelihood
        for image in (picture, blank())
    )
    right = None if own == empty else "digit" if own > empty else "blank"
    return right, words.likelier(own, empty)
