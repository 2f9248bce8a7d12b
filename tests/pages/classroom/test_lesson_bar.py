"""The lesson's bar: every shipped step opens on its page, reveals once it is answered, and is left."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.classroom import answers, words
from pages.components.classroom.lessons import lessons
from pages.components.frame.markup import unformatted
from tests.pages.links import addresses
from vae.lessons.lesson import Choice, Order, Step, pieces

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
LESSONS, WRONG = lessons()


def opened(app: AppTest, step: Step, lesson: str) -> None:
    app.switch_page(f"{step.page}.py")
    app.query_params.clear()
    app.query_params.update({**step.address, "lesson": lesson, "step": step.id})
    app.run()
    assert not app.exception, step.id
    assert not app.error, step.id


def answered(app: AppTest, lesson: str, step: Step, answer: answers.Answer) -> None:
    app.session_state["lesson_answers"] = {(lesson, step.id): answer}
    app.run()
    assert not app.exception


def html(app: AppTest) -> str:
    return "".join(element.value for element in app.html)


def reveal(step: Step) -> str:
    return "".join(
        f"${text}$" if is_formula else unformatted(text) for text, is_formula in pieces(step.reveal)
    )


@pytest.mark.parametrize("name", ["long.en", "long.de"])
def test_every_step_opens_without_a_refusal_and_leads_to_the_next(name: str) -> None:
    lesson, said = LESSONS[name], words.words(LESSONS[name].language)
    app = AppTest.from_file(MAIN, default_timeout=120)
    for number, step in enumerate(lesson.steps):
        opened(app, step, name)
        assert not any("address" in each.value for each in app.warning), step.id
        assert said.first_answer in html(app)
        assert reveal(step) not in [each.value for each in app.markdown]
        links = addresses(app)
        assert (f"← {said.back}" in links) == (number > 0)
        if number + 1 < len(lesson.steps):
            following = lesson.steps[number + 1]
            wanted = {**following.address, "lesson": name, "step": following.id}
            assert links[f"{said.forth} →"] == wanted
        assert links["Training"]["lesson"] == name, "the header's links keep the lesson"


def test_what_turns_out_is_shown_once_it_is_answered() -> None:
    name, app = "long.en", AppTest.from_file(MAIN, default_timeout=120)
    for kind in (Choice, Order):
        step = next(step for step in LESSONS[name].steps if isinstance(step.ask, kind))
        opened(app, step, name)
        right = step.ask.answer if isinstance(step.ask, Choice) else None
        for answer in (0, 1, 2) if isinstance(step.ask, Choice) else ((0, 1, 2, 3),):
            answered(app, name, step, answer)
            assert (words.ENGLISH.right in html(app)) == (answer == right)
            assert (words.ENGLISH.wrong in html(app)) == (answer != right)
            assert reveal(step) in [each.value for each in app.markdown]
            assert escape(step.sources[0]) in html(app)


def test_leaving_keeps_the_page_and_its_view() -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params.update(z1="1.5", z2="0.5", lesson="short.en", step="plane", present="1")
    app.run()
    leave = next(button for button in app.button if button.key == "lesson_leave")
    leave.click().run()
    assert app.query_params == {"z1": "1.5", "z2": "0.5", "present": "1"}
    assert words.ENGLISH.first_answer not in html(app)
    assert not any(button.key == "lesson_leave" for button in app.button)


def test_a_step_on_another_page_is_one_link_away_and_hides_nothing_here() -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params.update(lesson="short.en", step="bottleneck")
    app.run()
    step = LESSONS["short.en"].steps[0]
    wanted = {**step.address, "lesson": "short.en", "step": step.id}
    assert addresses(app)[f"{words.ENGLISH.elsewhere} →"] == wanted
    assert "display: none !important" not in html(app)


@pytest.mark.parametrize("lesson", ["gone", "<b>", "../x"])
def test_a_lesson_that_is_not_there_is_named_and_can_be_left(lesson: str) -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lesson"] = lesson
    app.run()
    assert not app.exception
    assert any("There is no lesson" in each.value for each in app.warning)
    next(button for button in app.button if button.key == "lesson_leave").click().run()
    assert app.query_params == {}


def test_a_step_that_is_not_there_is_the_first() -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params.update(lesson="short.en", step="gone")
    app.run()
    assert LESSONS["short.en"].steps[0].concept in html(app)


def test_the_classroom_page_starts_every_lesson() -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page("classroom.py")
    app.run()
    assert not app.exception
    assert WRONG == []
    links = addresses(app)
    for lesson in LESSONS.values():
        first = lesson.steps[0]
        wanted = {**first.address, "lesson": lesson.name, "step": first.id}
        assert links[f"Start “{lesson.title}” →"] == wanted


def test_a_lesson_that_is_wrong_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\nlanguage = "en"\nminutes = "five"\n', encoding="utf-8"
    )
    monkeypatch.setattr("pages.components.classroom.lessons.FOLDER", tmp_path)
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page("classroom.py")
    app.run()
    assert [each.value for each in app.warning] != []
    assert "mine.toml, line 3: minutes" in app.warning[0].value.replace("\\", "")
