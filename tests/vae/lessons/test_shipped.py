"""The shipped lessons: both languages alike, short sentences, addresses that the pages accept."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pages.components.frame.views import Keeper, read
from vae.lessons.lesson import HIDDEN, PAGES, Ask, Choice, Circle, Lesson, Order, Point, Step, pieces
from vae.lessons.reading import lessons_in
from vae.model import checkpoint, ladder

ROOT = Path(__file__).parents[3]
LESSONS, WRONG = lessons_in(ROOT / "lessons")
NAMES = ("long.de", "long.en", "short.de", "short.en")
STEPS = [(name, step) for name in NAMES for step in LESSONS[name].steps]
LONGEST = 20  # words
ENDS = re.compile(r"(?<=[.:;?!])\s+")
FULL_STOPS = re.compile(r"(?<=[.?!])\s+")

each_step = pytest.mark.parametrize(
    ("name", "step"), STEPS, ids=[f"{name}-{step.id}" for name, step in STEPS]
)


@cache
def loaded(name: str) -> checkpoint.Checkpoint:
    beta = ladder.beta_of(name)
    return checkpoint.load(ROOT / "checkpoints" / (ladder.file(beta) if beta is not None else f"{name}.pt"))


OFFERED = ("vae", *map(ladder.name, ladder.BETAS))
SERVICE: Any = SimpleNamespace(names=OFFERED, has=OFFERED.__contains__, checkpoint=loaded)


def plain(step: Step) -> list[str]:
    """The texts that students read, each formula as one word."""
    reveal = "".join("formula" if piece.is_formula else piece.text for piece in pieces(step.reveal))
    asked = [] if step.ask is None else [step.ask.question, *words_of(step.ask)]
    return [step.concept, step.do, reveal, *asked]


def words_of(ask: Ask) -> tuple[str, ...]:
    """The options or items of a question."""
    match ask:
        case Choice(options=words) | Order(items=words):
            return words
    return ()


def test_every_shipped_file_is_a_lesson() -> None:
    assert WRONG == []
    assert tuple(LESSONS) == NAMES
    assert all(LESSONS[name].language == name[-2:] for name in NAMES)


def shape(lesson: Lesson) -> list[object]:
    """All of a lesson that does not depend on its language."""

    def bare(step: Step) -> Step:
        ask = step.ask
        if isinstance(ask, Choice):
            ask = Choice("", ("",) * len(ask.options), ask.answer)
        elif isinstance(ask, Point):
            ask = replace(ask, question="")
        elif isinstance(ask, Order):
            ask = Order("", ("",) * len(ask.items))
        formula = re.sub(r"\\text\{[^}]*\}", "", step.formula)
        return replace(step, concept="", do="", reveal="", ask=ask, formula=formula)

    return [lesson.minutes, *map(bare, lesson.steps)]


@pytest.mark.parametrize("length", ["short", "long"])
def test_both_languages_have_the_same_steps(length: str) -> None:
    assert shape(LESSONS[f"{length}.en"]) == shape(LESSONS[f"{length}.de"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_short_lesson_says_what_the_long_one_says(language: str) -> None:
    long = {step.id: replace(step, minutes=0) for step in LESSONS[f"long.{language}"].steps}
    for step in LESSONS[f"short.{language}"].steps:
        assert replace(step, minutes=0) == long[step.id]


@pytest.mark.parametrize(("name", "minutes"), list(zip(NAMES, (45, 45, 10, 10), strict=True)))
def test_the_minutes_of_the_steps_add_up(name: str, minutes: int) -> None:
    assert sum(step.minutes for step in LESSONS[name].steps) == LESSONS[name].minutes == minutes


def test_the_long_lesson_visits_every_page_and_asks_in_every_way() -> None:
    steps = LESSONS["long.en"].steps
    assert {step.page for step in steps} == set(PAGES)
    assert {type(step.ask) for step in steps} == {Choice, Point, Order}


@each_step
def test_a_step_asks_before_it_shows_and_names_its_source(name: str, step: Step) -> None:
    assert step.ask is not None
    assert step.sources
    assert all(re.search(r"\b(19|20)\d\d\b", source) for source in step.sources)
    assert set(step.hide) <= set(HIDDEN)


@each_step
def test_sentences_are_short_and_few(name: str, step: Step) -> None:
    for text in plain(step):
        assert [part for part in ENDS.split(text) if len(part.split()) > LONGEST] == []
        assert "!" not in text
    assert len(FULL_STOPS.split(step.do)) == 1
    assert 1 <= len(FULL_STOPS.split(step.reveal)) <= 3
    assert step.reveal.endswith(".")


@each_step
def test_the_page_accepts_the_address(name: str, step: Step) -> None:
    if importlib.util.find_spec(f"pages.components.{step.page}") is None:
        pytest.skip(f"there is no page {step.page} yet")
    keeper: Keeper[Any] = importlib.import_module(f"pages.components.{step.page}.view").KEEPER
    _, refused = read(step.address, keeper.parts(SERVICE), keeper.view)
    assert refused is None


@each_step
def test_a_place_that_is_asked_for_is_there(name: str, step: Step) -> None:
    if not isinstance(step.ask, Point):
        return
    model = loaded(step.ask.model)
    if isinstance(step.ask.where, Circle):
        z1, z2, radius = step.ask.where
        assert max(abs(z1), abs(z2)) + radius < 3.5  # on the map as it opens
    else:
        assert step.ask.where in model.classes


def test_the_lesson_of_the_handbook_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    smallest, *others = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    asks = [smallest[: smallest.index("[step.ask]")] + ask for ask in others]
    for number, content in enumerate([smallest, *asks]):
        (tmp_path / f"{number}.toml").write_text(content, encoding="utf-8")
    lessons, wrong = lessons_in(tmp_path)
    assert wrong == []
    assert {type(lesson.steps[0].ask) for lesson in lessons.values()} == {Choice, Point, Order}
