"""Rooms without a browser: a code that is typed, what the desk is handed, where a bar may lead."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.components.classroom import room_bar
from pages.components.classroom.room_words import room_words
from pages.components.classroom.rooms import NO_CODE, asked_of_lessons
from vae.classroom.messages import IDENTIFIER, TEACHER, read

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CODE = "HKLMP"
SPEAKING = ("student_side", "teacher_side", "question", "results")  # scripts that take the words


def opened(page: str = "classroom", **address: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page(f"{page}.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


def type_code(app: AppTest, code: str) -> AppTest:
    app.text_input(key="classroom_code").set_value(code)
    next(button for button in app.button if button.label == "Join").click()
    app.run()
    assert not app.exception
    return app


def tell(app: AppTest, count: int, **told: object) -> AppTest:
    """What the bar tells."""
    app.session_state["room_bar"] = {"told": {**told, "count": count}}
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("typed", [CODE, "hklmp", " hk lmp"])
def test_a_code_that_is_typed_goes_along_from_then_on(typed: str) -> None:
    app = type_code(opened(), typed)
    assert app.session_state["companions"] == {"room": CODE}
    assert dict(app.query_params) == {"room": CODE}


@pytest.mark.parametrize("typed", ["", "HKLM", "HKLMA", "12345", "<b>HK"])
def test_what_is_no_code_is_said_and_goes_nowhere(typed: str) -> None:
    app = type_code(opened(), typed)
    assert app.session_state["companions"] == {}
    assert [warning.value for warning in app.warning] == [NO_CODE]


def test_a_bar_leads_to_a_pages_address_and_keeps_its_room() -> None:
    app = opened("latent_map", room=CODE)
    tell(app, 1, page="completeness", address={"beta": "4", "room": "FFFFF", "present": "1"})
    assert app.session_state["page"] == "completeness"
    assert app.session_state["companions"] == {"room": CODE}
    assert app.session_state["completeness"].beta == 4


def test_leaving_keeps_the_page() -> None:
    app = opened("continuity", room=CODE, path="geodesic")
    tell(app, 1, page=None, address={"left": CODE})
    assert app.session_state["page"] == "continuity"
    assert dict(app.query_params) == {"path": "geodesic"}


@pytest.mark.parametrize(
    "told",
    [
        {"page": "main", "address": {}},
        {"page": "../app", "address": {}},
        {"page": "latent_map", "address": {"z1": 3}},
        {"page": "latent_map", "address": {"z1": "1" * 5000}},
        {"page": "latent_map", "address": {str(i): "1" for i in range(100)}},
        {"page": "latent_map"},
    ],
)
def test_a_bar_goes_nowhere_else(told: dict[str, object]) -> None:
    assert room_bar.read(told) is None


@given(
    st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.text()))
)
def test_whatever_a_bar_tells_is_read_or_refused(told: dict[str, Any]) -> None:
    read_ = room_bar.read(told)
    assert read_ is None or read_.page is None or f"{read_.page}.py" in room_bar.PAGES


def test_every_question_and_every_place_of_the_lessons_may_be_said_in_a_room() -> None:
    said = 0
    for lesson in asked_of_lessons():
        for step in lesson["steps"]:
            address = {**step["address"], "lesson": lesson["name"], "step": step["id"]}
            pace = {"page": step["page"], "address": address, "step": step["id"]}
            read(json.dumps({"pace": pace}), TEACHER)
            assert all(map(IDENTIFIER.fullmatch, address))
            if step["ask"]:
                read(json.dumps({"ask": step["ask"]}), TEACHER)
                said += 1
    assert said > 20


def lead(app: AppTest, count: int, code: object) -> AppTest:
    """What the desk tells."""
    app.session_state["room_desk"] = {"leads": {"code": code, "count": count}}
    app.run()
    assert not app.exception
    return app


def test_a_teachers_room_goes_along_until_it_ends() -> None:
    app = lead(opened(), 1, CODE)
    assert dict(app.query_params) == {"room": CODE}
    assert any("Lead it from here" in html.proto.body for html in app.get("html"))
    lead(app, 2, None)
    assert dict(app.query_params) == {}


def test_the_end_of_a_room_leaves_another_one_alone() -> None:
    app = lead(opened(room="ZZZZZ"), 1, None)
    assert dict(app.query_params) == {"room": "ZZZZZ"}


@pytest.mark.parametrize("code", ["", "HK", 5, ["HKLMP"], "<b>HK", {"code": CODE}])
def test_a_desk_leads_no_room_without_a_code(code: object) -> None:
    assert lead(opened(), 1, code).session_state["room_led"] is None


def test_the_bar_says_the_same_in_every_language() -> None:
    english, german = room_words("en"), room_words("de-AT")
    assert english.keys() == german.keys()
    assert room_words("fr") == english
    for name, said in english.items():
        assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", german[name])), name
    folder = MAIN.parent / "components" / "classroom"
    scripts = "".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in SPEAKING)
    spoken = set(re.findall(r"\bwords\.(\w+)", scripts))
    for names in re.findall(r"const {([^}]+)} = this\.#words", scripts):
        spoken |= set(names.replace(" ", "").split(","))
    assert spoken == english.keys()
