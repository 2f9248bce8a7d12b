"""The benchmark of a lesson: small, on the real server; and that it counts what goes wrong."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator

import pytest

from vae.__main__ import main
from vae.bench import lesson, room, stream, student
from vae.bench.attendance import Attendance
from vae.bench.benchmark import BenchmarkError
from vae.bench.server import ROOT, App, running_app
from vae.bench.student import Student, plan

SECONDS = 6.0


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with running_app(ROOT) as app:
        asyncio.run(lesson.warm(app.url))
        yield app


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few seconds are enough for everything."""
    monkeypatch.setattr(student, "CLICKS", (0.5, 1.0))
    monkeypatch.setattr(student, "PAUSE", (0.1, 0.2))
    monkeypatch.setattr(student, "BURST", 0.5)
    monkeypatch.setattr(student, "AGAIN", 0.2)


def test_a_small_class_is_measured_and_every_click_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "LONGEST", 0.0)
    monkeypatch.setattr(lesson, "FORGOTTEN", 0.0)
    assert main(["bench", "--lesson", "--students", "3", "--minutes", str(SECONDS / 60), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    [row] = figures["lessons"]
    assert row["students"] == 3
    assert row["errors"] == {}
    assert row["clicks"] == row["answered"] >= 1
    assert row["begun_anew"] == 0
    waits = {name: row[lesson.key_of(name)] for name in lesson.WAITS}
    assert waits["first page"]
    assert waits["panel"]
    assert waits["room pin"]
    for wait in filter(None, waits.values()):  # a slow machine may be late for some of them
        assert 0 < wait["p50"] <= wait["p95"]
    assert 50 < row["memory_mb"]["before"] <= row["memory_mb"]["full"]
    assert row["memory_mb"]["after"] > 50
    assert row["cpu_s_per_student_minute"] > 0
    assert f"{row['answered']} of {row['clicks']}" in lesson.as_text(figures)


def test_a_panel_of_another_point_is_an_error(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is asked for one point and tells of another: what a mixed-up answer would look like."""
    told = student.check_panel
    monkeypatch.setattr(student, "check_panel", lambda reply, number, _: told(reply, number, (9.0, 9.0)))
    row = asyncio.run(lesson.lesson(lesson.Server(app.url, None), 1, SECONDS, 0))
    assert row["clicks"] >= 1
    assert row["answered"] == 0
    assert row["errors"]["panel: the panel is another point's"] == row["clicks"]


def test_an_address_of_another_point_is_an_error(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = stream.Stream.tell

    async def tell_another(self: stream.Stream, key: str, name: str, value: dict[str, object]) -> stream.Run:
        return await tell(self, key, name, {"pin": [0.5, 0.25]})

    monkeypatch.setattr(stream.Stream, "tell", tell_another)
    row = asyncio.run(lesson.lesson(lesson.Server(app.url, None), 1, SECONDS, 0))
    assert row["clicks"] == row["answered"] >= 1
    assert row["errors"]["pin told: the address is another point's"] >= 1


def test_a_room_that_does_not_exist_is_an_error(app: App) -> None:
    lonely = Student(app.url, "FHJKL", random.Random(0), time.perf_counter(), 2.0)
    asyncio.run(lonely.attend())
    assert lonely.notes.errors["room: closed with 4404"] >= 1
    assert lonely.notes.clicks == 0


def test_nobody_at_the_address_is_one_sentence() -> None:
    with pytest.raises(BenchmarkError, match=r"^The app at http://127\.0\.0\.1:1 does not answer"):
        lesson.run([1], 0.01, url="http://127.0.0.1:1")


def test_a_server_that_dies_is_counted_by_every_student(app: App) -> None:
    """The last test of this server."""

    async def end_early() -> None:
        await asyncio.sleep(SECONDS / 2)
        app.kill()

    async def both() -> lesson.Figures:
        row, _ = await asyncio.gather(lesson.lesson(lesson.Server(app.url, None), 3, SECONDS, 0), end_early())
        return row

    errors = asyncio.run(both())["errors"]
    assert sum(count for kind, count in errors.items() if "1006" in kind or "Connect" in kind) >= 3


def test_a_pin_has_a_wait_when_it_is_heard_and_those_it_overtook_have_none() -> None:
    student = Attendance("http://a", "FHJKL")
    student.sent = {(0.0, 1.0): 1.0, (2.0, 3.0): 2.0, (4.0, 5.0): 3.0}
    student.heard((9.0, 9.0))
    assert len(student.sent) == 3
    student.heard((2.0, 3.0))
    assert student.sent == {(4.0, 5.0): 3.0}
    [wait] = student.waits
    assert wait == pytest.approx(time.perf_counter() - 2.0, abs=60)
    student.heard((2.0, 3.0))
    assert len(student.waits) == 1


@pytest.mark.parametrize("seconds", [6.0, 60.0, 600.0])
def test_a_plan_holds_clicks_pages_and_locks_in_order(seconds: float) -> None:
    for seed in range(20):
        comes, events = plan(random.Random(seed), seconds)
        assert 0 <= comes <= min(student.ARRIVING, seconds / 5)
        times = [event.at for event in events]
        assert times == sorted(times)
        assert comes <= times[0] <= times[-1] < seconds
        assert {event.kind for event in events} == {"click", "page", "lock"}
        assert all(0 <= event.lasts <= seconds / 10 for event in events)


@pytest.mark.parametrize("options", [["--students", "3"], ["--room", "--url", "http://a"]])
def test_options_of_a_lesson_need_one(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", *options])
    assert "goes with --lesson" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--students", "0"], ["--students", "x"], ["--minutes", "0"], ["--minutes", "nan"]]
)
def test_numbers_have_bounds(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--lesson", *options])
    assert "not '" in capsys.readouterr().err
