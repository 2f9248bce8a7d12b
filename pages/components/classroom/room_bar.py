"""The bar of a room, above every page: a student's side of it, or the teacher's in the tab that opened it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from pages.components.classroom.answers import question
from pages.components.classroom.lessons import place_now
from pages.components.classroom.room_words import room_words
from pages.components.frame.header import PAGES
from pages.components.frame.views import PRESENT, accompany, companions
from pages.components.mount import component

PARAMETERS, LONGEST = 40, 4096  # of an address that a teacher sends: how many, and characters of each

_HTML = '<div class="room-bar"></div>'
_component = component.declared("room_bar", "classroom/room_bar", _HTML, styles=("classroom/room",))


class Told(NamedTuple):
    """What the bar asks for: to leave the room (no page), or to go to a page's address."""

    page: str | None
    address: dict[str, str]


def read(told: Mapping[str, object]) -> Told | None:
    """What the browser told; None for a page there is not, or an address that is none."""
    page, address = told.get("page"), told.get("address")
    if page is None:
        return Told(None, {})
    if f"{page}.py" not in PAGES or not isinstance(address, Mapping) or len(address) > PARAMETERS:
        return None
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in address.values()):
        return None
    return Told(str(page), {str(name): str(text) for name, text in address.items()})


def room_bar(page: str) -> None:
    """Draw the bar of the room that the address of `page` names, if it names one; go where the class is."""
    if going := st.session_state.pop("room_going", None):
        st.switch_page(f"{going.page}.py", query_params=going.address)
    if code := companions().get("room"):
        place = place_now()
        language = place.lesson.language if place else "en"
        component.mount(
            _component,
            key="room_bar",
            data={
                "code": code.upper(),
                "page": page,
                "pages": {script[:-3]: name for script, name in PAGES.items()},
                "words": room_words(language),
                "language": language,
                "ask": question(place.step, place.step.ask) if place and place.step.ask else None,
            },
            value="told",
            read=read,
            on_change=obey,
        )


def obey(told: Told) -> None:
    if told.page is None:
        accompany(room=None)
        return
    own = {name: text for name, text in companions().items() if name in (PRESENT, "room")}
    sent = {name: text for name, text in told.address.items() if name not in (PRESENT, "room")}
    st.session_state["room_going"] = Told(told.page, sent | own)
