"""Names, allowances, summaries and the table."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.classroom import Clock
from vae.classroom import names
from vae.classroom.allowance import Allowance
from vae.classroom.export import cell, table
from vae.classroom.members import Member
from vae.classroom.messages import Answer, Ask, Pin, Question
from vae.classroom.names import FIRST, SECOND, new_name
from vae.classroom.room import MOST_MEMBERS, Room
from vae.classroom.summary import summary


def test_names_are_two_words_until_all_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(FIRST) * len(SECOND) > 2 * MOST_MEMBERS
    monkeypatch.setattr(names, "SECOND", SECOND[:7])
    taken: set[str] = set()
    rng = random.Random(0)
    for _ in range(len(FIRST) * 7):
        taken.add(new_name(taken, rng))
    assert taken == {f"{first} {second}" for first in FIRST for second in SECOND[:7]}
    with pytest.raises(ValueError, match="taken"):
        new_name(taken, rng)


def test_an_allowance_is_a_burst_and_a_rate() -> None:
    clock = Clock()
    allowance = Allowance(5, 20, clock)
    assert [allowance.take() for _ in range(22)] == [True] * 20 + [False] * 2
    assert allowance.refused == 2
    clock.now += 0.2
    assert [allowance.take() for _ in range(2)] == [True, False]
    clock.now += 1000
    assert allowance.left == 20
    assert allowance.refused == 0


@given(st.lists(st.permutations([0, 1, 2]).map(tuple), max_size=8))
def test_of_orders_every_option_has_a_position_in_each_answer(orders: list[tuple[int, ...]]) -> None:
    told = summary(Question("a", "order", "?", ("x", "y", "z")), orders)
    assert told["answers"] == len(orders)
    for option in range(3):
        assert told["counts"][option] == [
            sum(order[position] == option for order in orders) for position in range(3)
        ]


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=8))
def test_points_do_not_tell_by_their_order_whose_they_are(points: list[tuple[float, float]]) -> None:
    question = Question("a", "point", "?", model="vae")
    told = summary(question, points)
    assert told == summary(question, points[::-1])
    assert len(told["points"]) == told["answers"] == len(points)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_no_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_the_table_holds_what_everybody_gave() -> None:
    clock = Clock()
    room = Room("ABCDE", clock, random.Random(0))
    one, other = room.join(None), room.join(None)
    clock.now += 12.34
    room.hear(one, Pin("vae", -1.5, 0.0001))
    questions = [
        Question("which", "choice", "?", ("<script>", "=cmd|' /C calc'!A0")),
        Question("where", "point", "?", model="vae"),
        Question("order", "order", "?", ("early, or so", "late")),
    ]
    given: list[tuple[Member, list[object]]] = [(one, [1, [0.5, -2], [1, 0]]), (other, [0, None, None])]
    for index, question in enumerate(questions):
        room.obey(Ask(question))
        for member, values in given:
            if values[index] is not None:
                room.hear(member, Answer(question.step, values[index]))
    written = table(room)
    assert written.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert header == [
        *("name", "here", "model", "z1", "z2", "seconds"),
        *("which", "where z1", "where z2", "order"),
    ]
    assert lines == [
        [
            *(one.name, "no", "vae", "-1.5", "0.0001", "12.3"),
            *("'=cmd|' /C calc'!A0", "0.5", "-2.0", "1. late, 2. early, or so"),
        ],
        [other.name, "no", "", "", "", "", "<script>", "", "", ""],
    ]
