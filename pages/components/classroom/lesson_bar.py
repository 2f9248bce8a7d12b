"""The lesson's bar above every page: a step's concept, what to do, the question, and what turns out."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.components.classroom import answers, hidden
from pages.components.classroom.answers import Answer
from pages.components.classroom.lessons import Place, address, place_now, script
from pages.components.classroom.words import words
from pages.components.frame.markup import unformatted
from pages.components.frame.service import decoder_service
from pages.components.frame.views import accompany, companions, cut
from pages.components.mount import component
from vae.lessons.lesson import Ask, Choice, Order, Point, pieces

_component = component.declared(
    "lesson_ask",
    "classroom/lesson_ask",
    '<div class="lesson-ask"></div>',
)
BAR = "lesson"  # prefix of keys
GIVEN = "lesson_answers"  # in the session: what was locked, by (lesson, step)


def lesson_bar(page: str) -> None:
    """Draw the bar above `page`, the name of its script, if a lesson goes along."""
    name = companions().get("lesson")
    if name is None:
        return
    place = place_now()
    if place is None:
        show_unknown(name)
        return
    is_here = page == place.step.page
    if is_here and (style := hidden.style(place.step.page, place.step.hide)):
        st.html(style)
    with st.container(key="lesson_bar", gap="xsmall"):
        show_head(place, is_here)
        show_step(place)


def leave() -> None:
    """End the lesson; the page stays as it is."""
    accompany(lesson=None, step=None)


def show_unknown(name: str) -> None:
    with st.container(key="lesson_bar", horizontal=True, vertical_alignment="center"):
        st.warning(unformatted(f"There is no lesson {cut(name)}: choose one on the page Classroom."))
        st.button("Leave the lesson", key="lesson_leave", on_click=leave)


def show_head(place: Place, is_here: bool) -> None:
    """Where one is, and the ways from here: each a link, so that it is one step of the browser's history."""
    lesson, number, said = place.lesson, place.number, words(place.lesson.language)
    with st.container(key="lesson_head", horizontal=True, vertical_alignment="center", gap="small"):
        count = said.step.format(number=number + 1, all=len(lesson.steps))
        st.html(
            f'<h2 lang="{escape(lesson.language)}">{escape(place.step.concept)} <span>{escape(count)}, '
            f"{escape(lesson.title)}</span></h2>"
        )
        with st.container(key="lesson_ways", horizontal=True, vertical_alignment="center", width="content"):
            if not is_here:
                show_way(place, number, f"{said.elsewhere} →")
            if number:
                show_way(place, number - 1, f"← {said.back}")
            if number + 1 < len(lesson.steps):
                show_way(place, number + 1, f"{said.forth} →")
            st.button(said.leave, key="lesson_leave", type="tertiary", on_click=leave)


def show_way(place: Place, number: int, label: str) -> None:
    step = place.lesson.steps[number]
    st.page_link(script(step), label=label, query_params=address(place.lesson, step))


@st.fragment
def show_step(place: Place) -> None:
    """What an answer changes."""
    step = place.step
    answer = st.session_state[GIVEN].get((place.lesson.name, step.id))
    with st.container(key="lesson_body"):  # a grid, laid out in lesson_bar.css
        with st.container(key="lesson_ask_area", gap="xsmall"):
            st.html(f'<p class="lesson-do" lang="{escape(place.lesson.language)}">{escape(step.do)}</p>')
            if step.ask is not None:
                show_ask(place, step.ask, answer)
        with st.container(key="lesson_reveal_area", gap="xxsmall"):
            if step.ask is None or answer is not None:
                show_reveal(place, answer)
            else:
                st.html(f'<p class="lesson-wait">{escape(words(place.lesson.language).first_answer)}</p>')


def show_ask(place: Place, ask: Ask, answer: Answer | None) -> None:
    step = place.step
    kinds = {Choice: "choice", Point: "point", Order: "order"}
    question = {
        "kind": kinds[type(ask)],
        "question": ask.question,
        "options": answers.options(step, ask),
        "model": ask.model if isinstance(ask, Point) else "",
    }
    component.mount(
        _component,
        key=f"{BAR}_ask_{place.lesson.name}_{step.id}",
        data={
            "lesson": place.lesson.name,
            "step": step.id,
            "question": question,
            "words": dict(words(place.lesson.language).controls),
            "language": place.lesson.language,
            "answer": list(answer) if isinstance(answer, tuple) else answer,
        },
        value="answered",
        read=lambda told: answers.understood(told.get("answer"), ask),
        on_change=partial(keep, place),
    )


def keep(place: Place, answer: Answer) -> None:
    """The first answer counts."""
    st.session_state[GIVEN].setdefault((place.lesson.name, place.step.id), answer)


def show_reveal(place: Place, answer: Answer | None) -> None:
    """Whether it was right, what turns out, the formula, the sources."""
    step = place.step
    if step.ask is not None and answer is not None:
        st.html(
            f'<p class="lesson-verdict" role="status" data-testid="lesson-verdict" '
            f'lang="{escape(place.lesson.language)}">{escape(verdict(place, step.ask, answer))}</p>'
        )
    texts = (f"${text}$" if is_formula else unformatted(text) for text, is_formula in pieces(step.reveal))
    st.markdown("".join(texts))
    if step.formula:
        st.latex(step.formula)
    if step.sources:
        said, sources = words(place.lesson.language).sources, "; ".join(step.sources)
        st.html(f'<p class="lesson-sources">{escape(said)}: {escape(sources)}</p>')


def verdict(place: Place, ask: Ask, answer: Answer) -> str:
    said = words(place.lesson.language)
    right = answers.is_right(answer, place.step, ask, decoder_service())
    if right is None:
        return said.unknown
    if right:
        return said.right
    if isinstance(ask, Choice):
        return f"{said.wrong} {said.answer} {ask.options[ask.answer]}."
    if isinstance(ask, Order):
        return f"{said.wrong} {said.answer} {', '.join(ask.items)}."
    return said.wrong
