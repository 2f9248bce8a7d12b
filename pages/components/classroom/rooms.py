"""Rooms on the Classroom page: joining one by its code, and the desk of the teacher who opens one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from pages.components.classroom.answers import question
from pages.components.classroom.lessons import lessons
from pages.components.classroom.room_words import room_words
from pages.components.frame.choices import called, guests
from pages.components.frame.header import PAGES
from pages.components.frame.service import decoder_service
from pages.components.frame.views import COMPANIONS, accompany, companions
from pages.components.mount import component
from vae.classroom.rooms import LENGTH, LETTERS
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
    leads = st.session_state["room_led"] is not None
    # Each part keeps its place: a desk that moved would begin anew, without what it said of the end.
    with st.container(key="classroom_join"):
        if not leads:
            show_join()
    with st.container(key="classroom_desk"):
        st.html(
            '<h2 class="atlas-section">Your room</h2>'
            '<p class="atlas-note">Lead it from here, or from the bar above every other page.</p>'
            if leads
            else '<h2 class="atlas-section">Open a room</h2>'
        )
        show_desk(decoder_service())


def show_join() -> None:
    st.html('<h2 class="atlas-section">Join a room</h2>')
    code = companions().get("room")
    if code:
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
    if is_code(code):
        accompany(room=code)
    else:
        st.session_state["classroom_no_code"] = True


def is_code(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= set(LETTERS)


class Led(NamedTuple):
    """What the desk tells: the code of the room that it leads, None when that has ended."""

    code: str | None


def show_desk(service: DecoderService) -> None:
    """Open a room: code, map, answers; everything else happens between the browser and the room."""
    component.mount(
        _component,
        key="room_desk",
        data={
            "code": st.session_state["room_led"],
            "models": models(service),
            "pages": places(service),
            "lessons": asked_of_lessons(),
            "words": room_words("en"),
        },
        value="leads",
        read=led,
        on_change=lead,
    )


def led(told: Mapping[str, object]) -> Led | None:
    """What the desk told; None for what is no code."""
    code = told.get("code")
    if code is None:
        return Led(None)
    return Led(str(code)) if isinstance(code, str) and is_code(code) else None


def lead(told: Led) -> None:
    """Take the room along to every page, so that its teacher leads from there; leave it when it has ended."""
    if told.code or companions().get("room") == st.session_state["room_led"]:
        accompany(room=told.code)
    st.session_state["room_led"] = told.code


def models(service: DecoderService) -> list[dict[str, Any]]:
    """The planes that a desk can show: of the models, and of those that this teacher has opened."""
    return [
        {
            "name": name,
            "title": title,
            "classes": list(saved.classes),
            "prior": saved.model_config.variational,
            "home": None if saved.model_config.variational else saved.latents.central_box.squared().ranges(),
        }
        for name, title in called([*service.names, *guests(service)], service).items()
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
