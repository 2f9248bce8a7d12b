"""A room over real sockets: what a lesson needs of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from tests.channel.test_http import get
from tests.classroom import Clock, Opened, arriving, meet, open_room, serving, student, teacher
from tests.serving import Server
from vae.classroom import visits
from vae.classroom.messages import ENDED, FORBIDDEN, LEFT, REMOVED, REPLACED
from vae.classroom.rooms import A_DAY, MOST_ROOMS, Rooms
from vae.serving.connection import UNKNOWN


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(Rooms()) as server:
        yield server


@pytest.fixture
def opened(server: Server) -> Iterator[Opened]:
    opened = open_room(server)
    yield opened

    async def end() -> None:
        async with teacher(opened) as leading:
            await leading.say("end")
            await leading.closing()

    with contextlib.suppress(ConnectionClosed):  # the test has ended it
        meet(end)


def test_pins_come_to_the_teacher_and_to_nobody_else_until_they_are_shown(opened: Opened) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one, student(opened) as other:
            await one.say("pin", model="vae", z1=0.54321, z2=-1)
            await leading.until(lambda kept: kept["pins"])
            pin = {"model": "vae", "z1": 0.5432, "z2": -1}
            [(name, told)] = leading.kept["pins"].items()
            assert (name, told.items() >= pin.items()) == (one.name, True)
            await one.until(lambda kept: kept["you"]["pin"] == pin)
            await leading.say("freeze")
            await other.until(lambda kept: kept["room"]["frozen"])
            assert not any("0.5432" in raw or one.name in raw for raw in other.raw)
            await leading.say("reveal", pins=True)
            await other.until(lambda kept: kept["pins"] == {one.name: pin})
            await leading.say("hide", pins=True)
            await other.until(lambda kept: not kept["room"]["shown"])
            await leading.say("pick", name=one.name)
            await other.until(lambda kept: kept["room"]["picked"] == {"name": one.name, **pin})
            await leading.say("pick")
            await other.until(lambda kept: kept["room"]["picked"] is None)

    meet(lesson)


def test_a_question_is_asked_answered_and_revealed(opened: Opened) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one, student(opened) as other:
            address = {"page": "latent_map", "address": {"model": "vae"}}
            await leading.say("pace", **address, step="map")
            await leading.say("ask", step="map", kind="choice", question="Which?", options=["a", "<b>"])
            for person in (one, other):
                await person.until(lambda kept: kept["room"]["asked"])
                assert person.kept["room"]["address"] == address
                assert person.kept["room"]["step"] == "map"
                await person.say("answer", step="map", value=1)
            await leading.until(lambda kept: len(kept["answers"].get("map", {})) == 2)
            assert leading.kept["answers"]["map"] == {one.name: 1, other.name: 1}
            await leading.say("close")
            await one.until(lambda kept: kept["room"]["asked"] is None)
            await one.until(lambda kept: kept["you"]["answers"] == {"map": 1})
            assert one.kept["room"]["revealed"] == {}
            await leading.say("reveal", step="map")
            await one.until(lambda kept: kept["room"]["revealed"])
            assert one.kept["room"]["revealed"]["map"]["counts"] == [0, 2]
            await leading.say("pace")
            await one.until(lambda kept: kept["room"]["address"] is None)

    meet(lesson)


def test_who_comes_back_finds_name_pin_and_answers_again(opened: Opened) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading:
            async with student(opened) as one:
                name, token = one.name, one.token
                await leading.say("ask", step="map", kind="order", question="?", options=["a", "b"])
                await one.until(lambda kept: kept["room"]["asked"])
                await one.say("answer", step="map", value=[1, 0])
                await one.say("pin", model="vae", z1=1, z2=2)
                await one.until(lambda kept: kept["you"]["pin"] and kept["you"]["answers"])
                you = one.kept["you"]
            await leading.until(lambda kept: kept["members"].get(name) == {"here": False})
            async with student(opened, token) as back:
                assert (back.name, back.token) == (name, token)
                assert back.kept["you"] == you
                await leading.until(lambda kept: kept["members"][name]["here"])
                async with student(opened, token) as elsewhere:
                    assert (await back.closing())[0] == REPLACED
                    assert elsewhere.name == name
                    await elsewhere.say("pin", model="vae", z1=3, z2=3)
                    await leading.until(lambda kept: kept["pins"][name]["z1"] == 3)
                    assert leading.kept["members"] == {name: {"here": True}}

    meet(lesson)


def test_a_teacher_who_comes_back_or_opens_a_second_window_has_it_all(opened: Opened) -> None:
    async def lesson() -> None:
        async with student(opened) as one:
            async with teacher(opened) as leading:
                await one.say("pin", model="vae", z1=1, z2=2)
                await leading.until(lambda kept: kept["pins"])
                await leading.say("ask", step="map", kind="point", question="?", model="vae")
                await one.until(lambda kept: kept["room"]["asked"])
                await one.say("answer", step="map", value=[0.5, 0.25])
                await leading.say("reveal", step="map")
                await leading.until(lambda kept: kept["answers"] and kept["revealed"])
                async with teacher(opened) as second:
                    assert second.kept == leading.kept
                    await second.say("freeze")
                    await leading.until(lambda kept: kept["frozen"])
            async with teacher(opened) as back:
                assert back.kept == leading.kept
                assert back.kept["answers"] == {"map": {one.name: [0.5, 0.25]}}

    meet(lesson)


def test_who_was_removed_stays_out_and_who_leaves_is_forgotten(opened: Opened) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one, student(opened) as other:
            await leading.say("remove", name=one.name)
            code, reason = await one.closing()
            assert (code, one.kept["removed"]) == (REMOVED, {})
            assert reason.endswith(".")
            async with arriving(opened, {"token": one.token}) as again:
                assert (await again.closing())[0] == REMOVED
                assert set(again.kept) == {"removed"}
            await leading.until(lambda kept: set(kept["members"]) == {other.name})
            await other.say("leave")
            assert (await other.closing())[0] == LEFT
            await leading.until(lambda kept: kept["members"] == {})
            async with student(opened, other.token) as anew:
                assert anew.token != other.token

    meet(lesson)


def test_who_leaves_is_never_told_of_a_removal(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection hears of its own leaving while it is being told the news: either may be first."""
    monkeypatch.setattr(visits, "PAUSE", 0.0)

    async def lesson() -> None:
        for _ in range(20):
            async with student(opened) as one:
                await one.say("leave")
                assert (await one.closing())[0] == LEFT
                assert "removed" not in one.kept

    meet(lesson)


def test_when_the_teacher_ends_it_everybody_hears_why(opened: Opened) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one:
            await leading.say("end")
            for person in (leading, one):
                assert (await person.closing())[0] == ENDED
                assert "teacher" in person.kept["ended"]["why"]
            async with arriving(opened, {"token": one.token}) as late:
                assert (await late.closing())[0] == UNKNOWN

    meet(lesson)


def test_rooms_know_nothing_of_each_other(server: Server, opened: Opened) -> None:
    other = open_room(server)

    async def lessons() -> None:
        async with teacher(opened) as here, teacher(other) as there, student(opened) as one:
            async with arriving(other._replace(secret=opened.secret), {"secret": opened.secret}) as wrong:
                assert (await wrong.closing())[0] == FORBIDDEN
            async with student(other, one.token) as two:
                assert two.token != one.token  # a token of another room is none
                await one.say("pin", model="vae", z1=1, z2=1)
                await here.until(lambda kept: kept["pins"])
                await here.say("freeze")
                await one.until(lambda kept: kept["room"]["frozen"])
                await two.say("pin", model="vae", z1=2, z2=2)
                await there.until(lambda kept: kept["pins"])
                assert set(there.kept["pins"]) == set(there.kept["members"]) == {two.name}
                assert not there.kept["frozen"]
                await there.say("end")
                await two.closing()
                await one.say("pin", model="vae", z1=2, z2=2)
                await here.say("unfreeze")
                await one.until(lambda kept: not kept["room"]["frozen"])

    meet(lessons)


def test_after_a_day_a_room_ends_for_those_who_are_in_it() -> None:
    clock = Clock()
    with serving(Rooms(clock)) as server:
        opened = open_room(server)

        async def lesson() -> None:
            async with student(opened) as one:
                clock.now += A_DAY
                async with arriving(opened, {"token": None}) as late:
                    assert (await late.closing())[0] == UNKNOWN
                assert (await one.closing())[0] == ENDED
                assert "day" in one.kept["ended"]["why"]

        meet(lesson)


def test_the_table_is_the_teachers_alone(server: Server, opened: Opened) -> None:
    async def lesson() -> None:
        async with student(opened) as one:
            await one.say("pin", model="vae", z1=1, z2=2)
            await one.until(lambda kept: kept["you"]["pin"])
            path = f"/rooms/{opened.code}/export.csv"
            assert get(server, path)[0] == 403
            assert get(server, path, **{"X-Room-Secret": one.token})[0] == 403
            assert get(server, "/rooms/AAAAA/export.csv")[0] == 404
            status, headers, body = get(server, path, **{"X-Room-Secret": opened.secret})
            assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
            assert headers["cache-control"] == "no-store"
            assert f"{one.name},yes,vae,1.0,2.0," in body.decode("utf-8-sig")

    meet(lesson)


def test_a_server_has_so_many_rooms() -> None:
    with serving(Rooms()) as server:
        for _ in range(MOST_ROOMS):
            open_room(server)
        with pytest.raises(Exception, match="503"):
            open_room(server)


def test_frames_are_compact_json(opened: Opened) -> None:
    async def lesson() -> None:
        async with student(opened) as one:
            assert json.loads(one.raw[0]) == {"welcome": {"name": one.name, "token": one.token}}
            assert len(one.raw) == 3
            assert all(len(raw) < 200 for raw in one.raw)

    meet(lesson)
