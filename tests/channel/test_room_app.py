"""Rooms in the app itself: behind its guard, and when the server ends."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.classroom import Opened, Person, meet, student, teacher
from vae.bench.server import App, running_app
from vae.classroom.messages import ENDED
from vae.serving.connection import FOREIGN


@pytest.fixture
def app(project: Path) -> Iterator[App]:
    with running_app(project, log=project / "log") as app:
        yield app
    assert "Traceback" not in (project / "log").read_text()


def test_pages_of_other_hosts_have_no_rooms_and_everybody_hears_that_the_server_ends(app: App) -> None:
    asked = urllib.request.Request(f"{app.url}/rooms", method="POST")
    with urllib.request.urlopen(asked) as answer:
        opened = Opened(app.host, **json.loads(answer.read()))
    asked.add_header("Origin", "https://evil.example")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(asked)

    async def lesson() -> None:
        evil = {"Origin": "https://evil.example"}
        async with connect(f"ws://{app.host}/room/{opened.code}", additional_headers=evil) as connection:
            code, reason = await Person(connection).closing()
            assert (code, "evil.example" in reason) == (FOREIGN, True)
        async with teacher(opened) as leading, student(opened) as one:
            await one.say("pin", model="vae", z1=1, z2=2)
            await leading.until(lambda kept: kept["pins"])
            ending = asyncio.create_task(asyncio.to_thread(app.stop))
            for person in (leading, one):
                assert (await person.closing())[0] == ENDED
                assert "shutting down" in person.kept["ended"]["why"]
            assert await ending in (0, -15)

    meet(lesson)
