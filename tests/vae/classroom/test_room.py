"""A room's state: who hears what, by every sequence of what may be said."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.classroom import Clock, Frame, keep
from vae.classroom import room as rooms
from vae.classroom import views
from vae.classroom.members import Member, Notice, Parting
from vae.classroom.messages import (
    Answer,
    Ask,
    Clear,
    Close,
    Freeze,
    Leave,
    Pace,
    Pick,
    Pin,
    Question,
    Remove,
    Reveal,
    ShowPins,
)
from vae.classroom.room import Room
from vae.serving.connection import TRY_LATER, Refusal

CHOICE = Question("first", "choice", "What comes?", ("one", "two", "three"))
POINT = Question("second", "point", "Where?", model="vae")
ORDER = Question("third", "order", "In which order?", ("a", "b"))


class Seat:
    """A connection that keeps what it hears; the room is asked when the test says so."""

    def __init__(self, room: Room, member: Member | None = None) -> None:
        self.room, self.member = room, member
        self.kept: Frame = {}
        self.raw = ""
        self.woken = self.urgent = self.alone = False
        self._seen = 0
        room.enter(self, "address", member)

    def hear(self, notice: Notice) -> None:
        if notice == "yours":
            self.alone = True
        else:
            self.woken, self.urgent = True, self.urgent or notice == "now"

    def catch_up(self) -> Frame:
        self.woken = self.urgent = self.alone = False
        frames = (
            views.to_teacher(self.room, self._seen)
            if self.member is None
            else [*views.to_students(self.room, self._seen), views.to_member(self.member)]
        )
        self._seen = self.room.version
        for frame in frames:
            self.raw += json.dumps(frame, allow_nan=False)
            keep(self.kept, json.loads(json.dumps(frame)))
        return self.kept


def new_room() -> Room:
    return Room("ABCDE", Clock(), random.Random(0))


def come(room: Room) -> Seat:
    return Seat(room, room.join(None))


steps = st.sampled_from([CHOICE, POINT, ORDER, Question("first", "choice", "Another?", ("x", "y"))])
people = st.integers(0, 3)
points = st.floats(-3, 3).map(lambda z: round(z, 4))
said = st.one_of(
    st.tuples(people, st.builds(Pin, st.sampled_from(["vae", "beta-4"]), points, points)),
    st.tuples(people, st.builds(Answer, st.just("first"), st.integers(0, 1))),
    st.tuples(people, st.builds(Answer, st.just("second"), st.lists(points, min_size=2, max_size=2))),
    st.tuples(people, st.builds(Answer, st.just("third"), st.permutations([0, 1]).map(list))),
    st.tuples(people, st.just("comes or goes")),
    st.tuples(people, st.sampled_from(["picked", "removed", "catches up"])),
    st.builds(Ask, steps),
    st.builds(Reveal, st.sampled_from(["first", "second", "third", "never"]), st.booleans()),
    st.builds(ShowPins, st.booleans()),
    st.builds(Freeze, st.booleans()),
    st.builds(Pace, st.just({"page": "latent_map", "address": {"model": "vae"}}), st.just("first")),
    st.sampled_from([Clear(), Close(), Pick(None), Pace(None, None)]),
)


@given(st.lists(said, max_size=40))
def test_whoever_hears_in_pieces_knows_what_a_newcomer_is_told(course: list[Any]) -> None:
    """Whatever happens, in whatever order, and however rarely somebody listens."""
    room = new_room()
    desk = Seat(room)
    seats = [come(room) for _ in range(4)]
    for part in course:
        act(room, seats, part)
    fresh = Seat(room)
    assert desk.catch_up() == fresh.catch_up()
    for seat in seats:
        assert seat.member is not None
        if seat.member.name in room.members:
            again = Seat(room, seat.member)
            assert seat.catch_up() == again.catch_up()


def act(room: Room, seats: list[Seat], part: Any) -> None:
    if not isinstance(part, tuple) or isinstance(part, Pin):
        return room.obey(part)
    index, what = part
    seat = seats[index]
    assert seat.member is not None
    match what:
        case "comes or goes":
            if seat.member.seat is seat:
                room.leave(seat, "address", seat.member)
            elif seat.member.name in room.members:
                room.enter(seat, "address", seat.member)
        case "picked":
            room.obey(Pick(seat.member.name))
        case "removed":
            if index == 3:
                room.obey(Remove(seat.member.name))
        case "catches up":
            if seat.member.name in room.members:
                seat.catch_up()
        case Answer() if room.settings["asked"] and room.settings["asked"]["question"] == "Another?":
            pass  # an answer to one question may be none to another
        case _:
            room.hear(seat.member, what)
    return None


@given(st.lists(said, max_size=40))
def test_nothing_of_another_student_is_told_before_the_teacher_opens_it(course: list[Any]) -> None:
    room = new_room()
    seats = [come(room) for _ in range(4)]
    for index, seat in enumerate(seats):  # what is told of another can be told apart
        assert seat.member is not None
        seat.member.name = f"Somebody {index}"
    room.members = {seat.member.name: seat.member for seat in seats if seat.member}
    for part in course:
        if not isinstance(part, ShowPins | Reveal) and part not in [(index, "picked") for index in range(4)]:
            act(room, seats, part)
    for index, seat in enumerate(seats):
        seat.catch_up()
        assert not any(f"Somebody {other}" in seat.raw for other in range(4) if other != index)
        assert seat.kept["room"]["revealed"] == {}
        assert not seat.kept["pins"]


def test_only_the_first_answer_to_the_question_that_is_on_counts() -> None:
    room = new_room()
    seat, desk = come(room), Seat(room)
    assert seat.member is not None
    room.hear(seat.member, Answer("first", 0))
    room.obey(Ask(CHOICE))
    room.hear(seat.member, Answer("second", [0, 0]))
    room.hear(seat.member, Answer("first", 1))
    room.hear(seat.member, Answer("first", 2))
    assert desk.catch_up()["answers"] == {"first": {seat.member.name: 1}}
    assert seat.catch_up()["you"] == {"pin": None, "answers": {"first": 1}}
    room.obey(Ask(CHOICE))  # the same one goes on
    assert desk.catch_up()["answers"] == {"first": {seat.member.name: 1}}
    assert not seat.alone
    room.obey(Ask(Question("first", "choice", "Else?", ("x", "y"))))
    assert seat.alone
    assert desk.catch_up()["answers"] == {}
    assert seat.catch_up()["you"]["answers"] == {}


def test_revealing_closes_the_question_and_tells_counts_without_names() -> None:
    room = new_room()
    seats = [come(room) for _ in range(3)]
    room.obey(Ask(CHOICE))
    for seat, value in zip(seats, (2, 0, 2), strict=True):
        assert seat.member is not None
        room.hear(seat.member, Answer("first", value))
    assert seats[0].catch_up()["room"]["asked"] == {
        "step": "first",
        "kind": "choice",
        "question": "What comes?",
        "options": ["one", "two", "three"],
        "model": "",
    }
    room.obey(Reveal("first", True))
    told = seats[0].catch_up()["room"]
    assert told["asked"] is None
    assert told["revealed"] == {"first": {"kind": "choice", "answers": 3, "counts": [1, 0, 2]}}
    room.obey(Reveal("first", False))
    assert seats[0].catch_up()["room"]["revealed"] == {}


def test_frozen_pins_stand_still_and_the_picked_one_is_followed() -> None:
    room = new_room()
    one, other = come(room), come(room)
    assert one.member is not None
    room.hear(one.member, Pin("vae", 1, 2))
    room.obey(Pick(one.member.name))
    named = {"name": one.member.name, "model": "vae"}
    assert other.catch_up()["room"]["picked"] == {**named, "z1": 1, "z2": 2}
    room.hear(one.member, Pin("vae", 3, 2))
    assert other.catch_up()["room"]["picked"] == {**named, "z1": 3, "z2": 2}
    room.obey(Freeze(True))
    room.hear(one.member, Pin("vae", 0, 0))
    assert other.catch_up()["room"]["picked"]["z1"] == 3
    room.obey(Clear())
    assert other.catch_up()["room"]["picked"] is None
    room.obey(Pick("Nobody"))
    assert other.catch_up()["room"]["picked"] is None


def test_shown_pins_are_not_urgent_and_hidden_ones_wake_no_student() -> None:
    room = new_room()
    one, other, desk = come(room), come(room), Seat(room)
    assert one.member is not None
    for seat in (one, other, desk):
        seat.catch_up()
    room.hear(one.member, Pin("vae", 1, 2))
    assert (desk.woken, one.woken, other.woken) == (True, False, False)
    assert (one.alone, other.alone) == (True, False)
    room.obey(ShowPins(True))
    assert other.urgent
    assert other.catch_up()["pins"] == {one.member.name: {"model": "vae", "z1": 1, "z2": 2}}
    room.hear(one.member, Pin("vae", 2, 2))
    assert (other.woken, other.urgent) == (True, False)


def test_the_newest_connection_has_the_place() -> None:
    room = new_room()
    first = come(room)
    assert first.member is not None
    second = Seat(room, first.member)
    assert first.urgent
    room.leave(first, "address", first.member)
    assert first.member.seat is second
    assert room.count == 1


def test_who_was_removed_does_not_come_back_with_the_token() -> None:
    room = new_room()
    seat = come(room)
    assert seat.member is not None
    room.obey(Remove(seat.member.name))
    assert seat.urgent
    with pytest.raises(Parting) as parting:
        room.join(seat.member.token)
    assert parting.value.frame == {"removed": {}}
    room.hear(seat.member, Pin("vae", 0, 0))  # said before the connection was closed
    room.hear(seat.member, Leave())
    assert room.members == {}


def test_a_full_room_takes_the_places_of_those_who_left_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "MOST_MEMBERS", 3)
    clock = Clock()
    room = Room("ABCDE", clock, random.Random(0))
    seats = [come(room) for _ in range(3)]
    with pytest.raises(Refusal) as full:
        room.join(None)
    assert full.value.code == TRY_LATER
    for seat in seats[:2]:
        assert seat.member is not None
        room.leave(seat, "address", seat.member)
    assert seats[1].member is not None
    seats[1].member.pin = Pin("vae", 0, 0)
    come(room)
    assert seats[0].member not in room.members.values()
    assert seats[1].member in room.members.values()  # who gave something keeps the place
    with pytest.raises(Refusal):
        room.join(None)
    clock.now += rooms.KEPT + 1  # but not for ever
    come(room)
    assert seats[1].member not in room.members.values()


def test_questions_and_removed_tokens_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_QUESTIONS", 3)
    monkeypatch.setattr(rooms, "MOST_REMOVED", 3)
    room = new_room()
    seat = come(room)
    assert seat.member is not None
    for index in range(5):
        room.obey(Ask(Question(f"s{index}", "choice", "?", ("a", "b"))))
        room.hear(seat.member, Answer(f"s{index}", 0))
        room.obey(Reveal(f"s{index}", True))
    assert list(room.questions) == list(seat.member.answers) == ["s2", "s3", "s4"]
    assert list(room.settings["revealed"]) == ["s2", "s3", "s4"]
    room.obey(Ask(Question("s3", "choice", "Else?", ("a", "b"))))
    assert list(room.questions) == ["s2", "s4", "s3"]
    for _ in range(5):
        member = room.join(None)
        room.obey(Remove(member.name))
    assert len(room._removed) == 3
