"""Training: choose an objective, press Train, watch a latent space being born; go back through its epochs."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.components.frame import markup
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.service import workshop
from pages.components.training import words
from pages.components.training.course import Told, course
from pages.components.training.data import kinds
from pages.components.training.questions import QUESTIONS
from pages.components.training.settings import obstacle, show_recipes, show_settings, show_train
from pages.components.training.view import KEEPER, TrainingView
from vae.serving.decoding import DecoderService
from vae.workshop.names import SHIPPED
from vae.workshop.workshop import Status, UnknownRun

COURSE = "training_course"  # key of the component
ENDED = ("finished", "stopped", "failed", "uploaded")


def keep_told(told: Told) -> None:
    """Keep what a hand did in the component."""
    view = KEEPER.now()
    said = view.said if told.run == view.run else ""
    KEEPER.keep(run=told.run, epoch=told.epoch, pin=told.pin, dataset=told.dataset, said=said)


def status_of(run: str) -> Status | None:
    """How a run stands; None if there is none of this name (any more)."""
    try:
        return workshop().status(run)
    except UnknownRun:
        return None


def show_header(service: DecoderService, refused: str | None) -> None:
    with header(KEEPER), st.popover("Explain", type="tertiary", width="content"):
        st.markdown(words.EXPLAIN)
    show_warnings(service, refused)


def show_controls(view: TrainingView) -> None:
    """The next run: recipe, settings, Train, and what will be seen."""
    with st.container(key="training_controls", horizontal=True, vertical_alignment="center"):
        show_recipes()
        show_settings(view)
        show_train(view)
    with st.container(key="training_ask", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<p class="atlas-note" data-testid="seen">{words.recipe(view.recipe).seen}</p>', width="content"
        )
        if why_not := obstacle(view):
            st.html(f'<p class="atlas-note" role="status"><b>{escape(why_not)}</b></p>', width="content")
        else:
            show_question(view)
    if refused := st.session_state.pop("training_refused", None):
        st.warning(refused)


def show_question(view: TrainingView) -> None:
    """What the recipe's run will show, to be answered before it is trained."""
    question = QUESTIONS.get(view.recipe)
    if question is None or view.is_changed:
        return
    asked = f"{words.BEFORE}: {question.text[0].lower()}{question.text[1:]}"
    st.html(f'<p class="atlas-note" aria-hidden="true"><b>{asked}</b></p>', width="content")
    st.segmented_control(
        asked,
        list(question.choices),
        format_func=lambda choice: question.choices[choice],
        key=f"training_ask_{view.recipe}",
        label_visibility="collapsed",
    )


def show_verdict(view: TrainingView, status: Status | None) -> None:
    """What was said before this run, and, once it has ended, whether that was right."""
    question = QUESTIONS.get(status.job.recipe) if status else None
    if not status or not question or view.said not in question.choices:
        return
    said = f"{question.text} You said: {question.choices[view.said].lower()}."
    if status.state not in ENDED:
        verdict, more = "", words.LOCKED
    elif len(status.reports) < 2:
        verdict, more = "", words.STOPPED_EARLY
    else:
        shipped = status_of(SHIPPED)
        right, more = question.answer(status.reports, shipped.reports if shipped else status.reports)
        verdict = "Yes." if view.said == right else f"No: {question.choices[right].lower()}."
    st.html(f'<p class="atlas-note" data-testid="verdict" role="status">{said} <b>{verdict}</b> {more}</p>')


@st.fragment
def show_course(service: DecoderService) -> None:
    """Everything that a choice in the component changes."""
    KEEPER.publish(service)
    view = KEEPER.now()
    status = status_of(view.run)
    show_verdict(view, status)
    course(
        key=COURSE,
        run=view.run,
        own_key=st.session_state["training_keys"].get(view.run, ""),
        epoch=view.epoch,
        pin=view.pin,
        ended=status is not None and status.state in ENDED,
        chosen_data=view.dataset,
        known_data=kinds(view.dataset, *([status.job.dataset] if status else [])),
        on_change=keep_told,
    )
    st.html(f'<p class="atlas-note" data-testid="kept">{words.KEPT}</p>')


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    show_header(service, refused)
    view = KEEPER.now()
    st.html(markup.lead(words.TASK, words.MEANING))
    show_controls(view)
    show_course(service)


show_page()
