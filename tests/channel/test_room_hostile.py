"""A room over real sockets: what a hostile student, or a bad day, may not do."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.channel.test_http import get
from tests.classroom import SOON, Opened, Person, arriving, meet, open_room, serving, student, teacher
from tests.serving import Server
from tests.vae.classroom.test_messages import ODD, near_frames
from vae.classroom import room as rooms
from vae.classroom import visits
from vae.classroom.messages import ENDED, FORBIDDEN, LEFT, SILENT, TEACHER, TOO_MUCH
from vae.classroom.rooms import GUESSES, Rooms
from vae.serving import sockets
from vae.serving.connection import BAD_DATA, FOREIGN, NOT_UNDERSTOOD, TOO_BIG, TRY_LATER, UNKNOWN

REFUSED = {BAD_DATA, TOO_BIG, FORBIDDEN}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Rooms()) as server:
        yield server


@pytest.fixture(scope="module")
def lasting() -> Iterator[Server]:
    with serving(Rooms()) as server:
        yield server


@pytest.fixture
def opened(server: Server) -> Opened:
    return open_room(server)


async def is_well(opened: Opened) -> None:
    """A lesson in this room goes on as it should."""
    async with teacher(opened) as leading, student(opened) as one:
        await one.say("pin", model="vae", z1=1, z2=2)
        await leading.until(lambda kept: one.name in kept["pins"])
        await leading.say("remove", name=one.name)
        await one.closing()


@pytest.mark.parametrize("word", TEACHER)
def test_a_student_commands_nothing(opened: Opened, word: str) -> None:
    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one:
            before = {name: leading.kept[name] for name in ("frozen", "shown", "asked", "revealed")}
            await one.say(word, {"pins": True})
            code, reason = await one.closing()
            assert code == FORBIDDEN
            assert "teacher" in reason
            await leading.until(lambda kept: kept["members"].get(one.name) == {"here": False})
            assert {name: leading.kept[name] for name in before} == before
        await is_well(opened)

    meet(lesson)


@pytest.mark.parametrize("hello", [{"secret": "guessed"}, {"secret": ""}, {"secret": "€" * 400}])
def test_who_guesses_the_secret_is_turned_away(opened: Opened, hello: dict[str, str]) -> None:
    async def guess() -> None:
        async with arriving(opened, hello) as one:
            assert (await one.closing())[0] == FORBIDDEN
            assert one.raw == []

    meet(guess)


@pytest.mark.parametrize("hello", [None, {}, {"token": 3}, {"token": None, "secret": "x"}, {"secret": None}])
def test_an_odd_hello_is_turned_away(opened: Opened, hello: object) -> None:
    async def arrive() -> None:
        async with connect(f"ws://{opened.host}/room/{opened.code}") as connection:
            await connection.send(json.dumps({"hello": hello}))
            assert (await Person(connection).closing())[0] == BAD_DATA

    meet(arrive)


def test_who_says_nothing_is_not_waited_for(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "HELLO", 0.2)

    async def wait() -> None:
        async with connect(f"ws://{opened.host}/room/{opened.code}") as connection:
            assert (await Person(connection).closing())[0] == SILENT
        await is_well(opened)

    meet(wait)


def test_bytes_are_no_text_and_a_page_of_another_host_has_no_room(opened: Opened) -> None:
    address = f"ws://{opened.host}/room/{opened.code}"

    async def arrive() -> None:
        async with connect(address) as connection:
            await connection.send(b'{"hello": {"token": null}}')
            assert (await Person(connection).closing())[0] == NOT_UNDERSTOOD
        async with connect(address, additional_headers={"Origin": "https://evil.example"}) as connection:
            code, reason = await Person(connection).closing()
            assert code == FOREIGN
            assert "evil.example" in reason

    meet(arrive)
    assert status_of_opening(opened, "https://evil.example") == 403


def status_of_opening(opened: Opened, origin: str) -> int:
    with contextlib.closing(http.client.HTTPConnection(opened.host, timeout=SOON)) as connection:
        connection.request("POST", "/rooms", headers={"Origin": origin})
        return connection.getresponse().status


def test_a_flood_is_dropped_and_then_its_sender(opened: Opened) -> None:
    async def flood(one: Person) -> None:
        with contextlib.suppress(ConnectionClosed):
            for index in range(300):
                await one.say("pin", model="vae", z1=index % 1000, z2=0)

    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one, student(opened) as other:
            flooding = asyncio.create_task(flood(one))
            for index in range(5):
                await other.say("pin", model="vae", z1=index, z2=index)
                await leading.until(
                    lambda kept, index=index: kept["pins"].get(other.name, {}).get("z2") == index
                )
            assert (await one.closing())[0] == TOO_MUCH
            await flooding
            assert leading.kept["pins"][one.name]["z1"] < rooms.BURST + visits.IN_VAIN
            async with student(opened, one.token) as again:  # the allowance is the student's
                await flood(again)
                assert (await again.closing())[0] == TOO_MUCH
        await is_well(opened)

    meet(lesson)


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_frame_ends_its_senders_connection_and_no_other(opened: Opened, kind: str) -> None:
    async def lesson() -> None:
        async with student(opened) as other:
            async with student(opened) as one:
                await one.connection.send(ODD[kind])
                code, reason = await one.closing()
                assert code in REFUSED
                assert reason.endswith(".")
            await other.say("pin", model="vae", z1=1, z2=2)
            await other.until(lambda kept: kept["you"]["pin"])

    meet(lesson)


@settings(max_examples=20)
@given(frames=st.lists(st.text(max_size=60) | near_frames, min_size=1, max_size=6))
def test_no_sequence_of_frames_breaks_a_room(lasting: Server, frames: list[str]) -> None:
    opened = open_room(lasting)

    async def fuzz(hello: object) -> None:
        async with arriving(opened, hello) as one:
            with contextlib.suppress(ConnectionClosed):
                for frame in [*frames, "nothing of the kind"]:
                    await one.connection.send(frame)
                while True:
                    await one.connection.recv()
            assert one.connection.close_code in REFUSED | {LEFT, ENDED}

    async def end() -> None:
        async with teacher(opened) as leading:
            await leading.say("end")
            await leading.closing()

    meet(lambda: fuzz({"token": None}))
    meet(lambda: is_well(opened))
    meet(lambda: fuzz({"secret": opened.secret}))
    with contextlib.suppress(ConnectionClosed):  # it may have said so itself
        meet(end)


def test_ten_thousand_names_leave_room_for_others(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_MEMBERS", 20)

    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as one:
            await one.say("pin", model="vae", z1=1, z2=2)
            await leading.until(lambda kept: kept["pins"])
            for _ in range(100):
                async with student(opened):
                    pass
            await one.say("pin", model="vae", z1=2, z2=2)
            await leading.until(lambda kept: kept["pins"][one.name]["z1"] == 2)
            assert len(leading.kept["members"]) <= 20
            async with contextlib.AsyncExitStack() as crowd:
                for _ in range(19):
                    await crowd.enter_async_context(student(opened))
                async with arriving(opened, {"token": None}) as late:
                    code, reason = await late.closing()
                assert code == TRY_LATER
                assert "full" in reason

    meet(lesson)


def test_who_guesses_codes_is_held_up_and_a_class_is_not(server: Server, opened: Opened) -> None:
    other = open_room(server)

    async def guess() -> None:
        async with student(opened):
            for _ in range(GUESSES):
                async with arriving(opened._replace(code="AAAAA"), {"token": None}) as one:
                    assert (await one.closing())[0] == UNKNOWN
            async with arriving(other, {"token": None}) as one:  # a room that it may have guessed
                assert (await one.closing())[0] == TOO_MUCH
            await is_well(opened)

    meet(guess)
    assert get(server, "/rooms/AAAAA/export.csv")[0] == 429


def test_a_teacher_has_so_many_windows(opened: Opened) -> None:
    async def lesson() -> None:
        async with contextlib.AsyncExitStack() as windows:
            for _ in range(visits.MOST_DESKS):
                await windows.enter_async_context(teacher(opened))
            async with arriving(opened, {"secret": opened.secret}) as late:
                assert (await late.closing())[0] == TRY_LATER
        await is_well(opened)

    meet(lesson)


def test_who_reads_nothing_holds_nobody_up_and_is_cut_off(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not read is not kept for it: it would hear the newest only."""
    monkeypatch.setattr(sockets, "UNREAD", 1.0)
    monkeypatch.setattr(sockets, "GLANCE", 0.1)
    monkeypatch.setattr(visits, "PAUSE", 0.001)
    monkeypatch.setattr(visits, "TEACHER_RATE", 1e6)

    async def lesson() -> None:
        async with teacher(opened) as leading, student(opened) as other, student(opened) as deaf:
            deaf.connection.transport.pause_reading()
            await leading.until(lambda kept: kept["members"].get(deaf.name) == {"here": True})
            for turn in itertools.count():
                step = f"step-{turn}"
                large = {"picture": step.ljust(3500, "x")}
                await leading.say("pace", page="latent_map", address=large, step=step)
                await other.until(lambda kept, step=step: kept["room"]["step"] == step)
                await leading.until(lambda kept, step=step: kept["step"] == step)
                if not leading.kept["members"][deaf.name]["here"]:
                    break
            deaf.connection.transport.abort()
        await is_well(opened)

    meet(lesson)
