"""Answers: what a browser may tell, and which are right."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.classroom import answers
from vae.lessons.lesson import Choice, Circle, Order, Point, Step

CHOICE = Choice("Which?", ("one", "two", "three"), 1)
POINT = Point("Where?", "vae", Circle(1.0, -1.0, 0.5))
ORDER = Order("In which order?", ("first", "second", "third", "fourth"))
STEP = Step("a-step", "Concept", "latent_map", {}, "Do.", None, "So.", "", (), (), 1.0)
TWO_CLASSES = SimpleNamespace(
    classes=("0", "8"),
    latents=SimpleNamespace(
        means=np.array([[0, 0], [0.1, 0], [5, 5], [5.1, 5]], np.float32).repeat(50, axis=0),
        labels=np.array([0, 0, 1, 1], np.uint8).repeat(50),
        reach=0.5,
    ),
)
SERVICE: Any = SimpleNamespace(has=lambda name: name == "vae", checkpoint=lambda name: TWO_CLASSES)

told = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


@given(told)
@pytest.mark.parametrize("ask", [CHOICE, POINT, ORDER])
def test_what_is_understood_is_an_answer(ask: Any, told: Any) -> None:
    answer = answers.understood(told, ask)
    if answer is not None:
        assert answers.is_right(answer, STEP, ask, SERVICE) in (True, False)
        assert answers.understood(list(answer) if isinstance(answer, tuple) else answer, ask) == answer


@pytest.mark.parametrize("wrong", [True, -1, 3, 1.0, "1", [1], None])
def test_only_an_option_is_chosen(wrong: object) -> None:
    assert answers.understood(wrong, CHOICE) is None


@pytest.mark.parametrize("wrong", [[0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4], [0, 1, 2, "3"], 4, "0123"])
def test_an_order_holds_every_item_once(wrong: object) -> None:
    assert answers.understood(wrong, ORDER) is None


def test_a_choice_is_right_by_its_index() -> None:
    assert [answers.is_right(index, STEP, CHOICE, SERVICE) for index in range(3)] == [False, True, False]


@given(st.text(min_size=1), st.integers(2, 6))
def test_items_are_never_shown_in_the_right_order(name: str, count: int) -> None:
    step, ask = replace(STEP, id=name), Order("?", tuple("abcdef"[:count]))
    shown = answers.options(step, ask)
    assert sorted(shown) == list(ask.items) != shown
    assert shown == answers.options(step, ask)
    right = tuple(shown.index(item) for item in ask.items)
    assert answers.is_right(right, step, ask, SERVICE)
    assert not answers.is_right(tuple(range(count)), step, ask, SERVICE)


@pytest.mark.parametrize(
    ("z", "right"), [((1.0, -1.0), True), ((1.5, -1.0), True), ((1.5, -1.1), False), ((-1.0, 1.0), False)]
)
def test_a_place_is_right_within_the_circle(z: tuple[float, float], right: bool) -> None:
    assert answers.is_right(z, STEP, POINT, SERVICE) is right


@pytest.mark.parametrize(
    ("z", "where", "right"),
    [((5.0, 5.0), "8", True), ((0.0, 0.0), "8", False), ((9.0, 9.0), "8", False), ((5.0, 5.0), "9", None)],
)
def test_a_place_is_right_among_codes_of_the_class(
    z: tuple[float, float], where: str, right: bool | None
) -> None:
    assert answers.is_right(z, STEP, Point("?", "vae", where), SERVICE) is right
    assert answers.is_right(z, STEP, Point("?", "gone", where), SERVICE) is None
