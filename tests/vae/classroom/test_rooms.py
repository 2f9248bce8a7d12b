"""All rooms: codes, how many, how long, and who guesses."""

from __future__ import annotations

import random

import pytest

from tests.classroom import Clock
from vae.classroom import rooms as module
from vae.classroom.members import Notice
from vae.classroom.messages import TOO_MUCH
from vae.classroom.room import ENDED_BY_TEACHER
from vae.classroom.rooms import A_DAY, GUESSES, LETTERS, MOST_OF_ONE, MOST_ROOMS, Rooms, place_of
from vae.serving.connection import TRY_LATER, UNKNOWN, Refusal

HERE = "127.0.0.1"


class Deaf:
    def hear(self, notice: Notice) -> None:
        pass


def code_of(rooms: Rooms, code: str, address: str = HERE, key: str | None = None) -> int | None:
    try:
        rooms.find(code, address, key)
    except Refusal as refusal:
        return refusal.code if str(refusal) == refusal.reason else -1  # it fits a close frame
    return None


def test_a_code_is_found_in_any_case_and_a_room_ends_after_a_day() -> None:
    clock = Clock()
    rooms = Rooms(clock)
    room = rooms.open(HERE)
    assert len(room.code) == 5
    assert set(room.code) <= set(LETTERS)
    assert rooms.find(room.code.lower(), HERE) is room
    clock.now += A_DAY - 1
    assert rooms.find(room.code, HERE) is room
    clock.now += 1
    assert code_of(rooms, room.code) == UNKNOWN
    assert "day" in room.ended
    assert len(rooms) == 0


def test_an_ended_room_is_gone() -> None:
    rooms = Rooms(Clock())
    room, other = rooms.open(HERE), rooms.open(HERE)
    room.end(ENDED_BY_TEACHER)
    assert code_of(rooms, room.code) == UNKNOWN
    assert rooms.find(other.code, HERE) is other


def test_there_are_so_many_rooms_and_those_that_nobody_uses_give_way() -> None:
    clock = Clock()
    rooms = Rooms(clock, random.Random(0))
    opened = [rooms.open(HERE) for _ in range(MOST_ROOMS)]
    assert len({room.code for room in opened}) == MOST_ROOMS
    with pytest.raises(Refusal) as full:
        rooms.open(HERE)
    assert full.value.code == TRY_LATER
    for room in opened[1:]:
        room.enter(Deaf(), HERE)
    used = Deaf()
    opened[2].enter(used, HERE)
    clock.now += module.NEVER_ENTERED + 1
    rooms.open(HERE)
    assert code_of(rooms, opened[0].code) == UNKNOWN
    with pytest.raises(Refusal):
        rooms.open(HERE)


def test_one_address_opens_half_of_the_rooms() -> None:
    rooms = Rooms(Clock())
    for _ in range(MOST_OF_ONE):
        rooms.open("2001:db8::1")
    with pytest.raises(Refusal) as refused:
        rooms.open("2001:db8::2")  # the same household
    assert refused.value.code == TRY_LATER
    rooms.open("2001:db8:0:1::1")


def test_guesses_are_counted_by_address_and_cost_nobody_else_anything() -> None:
    clock = Clock()
    rooms = Rooms(clock)
    room = rooms.open(HERE)
    for _ in range(GUESSES):
        assert code_of(rooms, "AAAAA", "10.0.0.1") == UNKNOWN
    assert code_of(rooms, "AAAAA", "10.0.0.1") == TOO_MUCH
    assert code_of(rooms, room.code, "10.0.0.1") == TOO_MUCH  # else guessing would go on
    assert code_of(rooms, room.code, "10.0.0.2") is None
    member = room.join(None)
    for key in (member.token, room.secret):
        assert code_of(rooms, room.code, "10.0.0.1", key) is None
    assert code_of(rooms, room.code, "10.0.0.1", "guessed") == TOO_MUCH
    listener = Deaf()
    room.enter(listener, place_of("10.0.0.1"))  # a class behind one address, and one of it who guesses
    assert code_of(rooms, room.code, "10.0.0.1") is None
    room.leave(listener, place_of("10.0.0.1"))
    assert code_of(rooms, room.code, "10.0.0.1") == TOO_MUCH
    clock.now += 1 / module.GUESSES_A_SECOND
    assert code_of(rooms, room.code, "10.0.0.1") is None


def test_the_addresses_that_guessed_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ADDRESSES", 10)
    rooms = Rooms(Clock())
    for index in range(100):
        code_of(rooms, "AAAAA", f"10.0.0.{index}")
    assert len(rooms._guesses) == 10


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_household_is_one_place(address: str, place: str) -> None:
    assert place_of(address) == place
