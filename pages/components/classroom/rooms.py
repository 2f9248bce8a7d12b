"""Rooms on the Classroom page: joining one by its code, and the desk of the teacher who opens one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.components.classroom import answers
from pages.components.classroom.lessons import lessons
from pages.components.frame.header import PAGES
from pages.components.frame.service import decoder_service
from pages.components.frame.views import COMPANIONS, accompany, companions
from pages.components.frame.words import title
from pages.components.mount import component
from vae.classroom.rooms import LENGTH, LETTERS
from vae.lessons.lesson import Ask, Point, Step
from vae.serving.decoding import DecoderService

PRIVACY = (
    "You get a made-up name and need no account. Nothing you do leaves this server, "
    "and all is forgotten when the room ends."
)
NO_CODE = f"A code has {LENGTH} letters, as **HKLMP**. Read it again from the board."

_HTML = '<div class="room-desk"></div>'
_component = component.declared(
    "room_desk", "classroom/desk", _HTML, styles=("plane/plane", "classroom/room")
)


def show_rooms() -> None:
    """Join a room, or open one and lead it."""
    with st.container(key="classroom_join"):
        show_join()
    with st.container(key="classroom_desk"):
        st.html('<h2 class="atlas-section">Open a room</h2>')
        show_desk(decoder_service())


def show_join() -> None:
    st.html('<h2 class="atlas-section">Join a room</h2>')
    if code := companions().get("room"):
        st.markdown(f"You have the code of room **{code.upper()}**: its bar stands above.")
        return
    with st.form("classroom_join_form", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        with row:
            st.text_input("Code of the room", max_chars=LENGTH + 3, key="classroom_code", width=180)
            st.form_submit_button("Join", on_click=join)
    if st.session_state.pop("classroom_no_code", False):
        st.warning(NO_CODE)
    st.html(f'<p class="atlas-note">{PRIVACY}</p>')


def join() -> None:
    """Take the typed room along, if it may be a code; whether there is such a room its bar finds out."""
    code = "".join(st.session_state["classroom_code"].split()).upper()
    if len(code) == LENGTH and set(code) <= set(LETTERS):
        accompany(room=code)
    else:
        st.session_state["classroom_no_code"] = True


def show_desk(service: DecoderService) -> None:
    """Open a room: code, map, answers; everything else happens between the browser and the room."""
    data = {"models": models(service), "pages": places(service), "lessons": asked_of_lessons()}
    _component.show(key="room_desk", data=data)


def models(service: DecoderService) -> list[dict[str, Any]]:
    """The planes that a desk can show."""
    return [
        {
            "name": name,
            "title": title(name, saved),
            "classes": list(saved.classes),
            "prior": saved.model_config.variational,
            "home": None if saved.model_config.variational else saved.latents.central_box.squared().ranges(),
        }
        for name in service.names
        for saved in [service.checkpoint(name)]
    ]


def places(service: DecoderService) -> list[dict[str, Any]]:
    """Where a class can be led: the pages, as the teacher has left them."""
    return [
        {"page": keeper.page, "title": PAGES[f"{keeper.page}.py"], "address": bare(keeper.address(service))}
        for keeper in st.session_state["keepers"]
        if keeper.page != "classroom"
    ]


def bare(address: dict[str, str]) -> dict[str, str]:
    """An address without what goes along with its visitor."""
    return {name: text for name, text in address.items() if name not in COMPANIONS}


def asked_of_lessons() -> list[dict[str, Any]]:
    """Lessons with their steps, each with its question as a room is asked it, or None."""
    return [
        {
            "name": lesson.name,
            "title": f"{lesson.title} ({lesson.language})",
            "steps": [
                {
                    "id": step.id,
                    "concept": step.concept,
                    "page": step.page,
                    "address": dict(step.address),
                    "ask": question(step, step.ask) if step.ask else None,
                }
                for step in lesson.steps
            ],
        }
        for lesson in sorted(lessons()[0].values(), key=lambda lesson: lesson.language != "en")
    ]


def question(step: Step, ask: Ask) -> dict[str, Any]:
    """A step's question as the protocol of rooms says it; items to be ordered are shuffled."""
    if isinstance(ask, Point):
        return {"step": step.id, "kind": "point", "question": ask.question, "model": ask.model}
    kind = type(ask).__name__.lower()
    return {"step": step.id, "kind": kind, "question": ask.question, "options": answers.options(step, ask)}
