"""Two app processes and a decoder process, as compose.yaml starts them: what survives which of them."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.channel.talking import request
from tests.classroom import Opened, arriving, meet, student, teacher
from tests.processes import Processes, behind_nginx
from tests.test_app import SOON, get
from tests.test_app_room import eventually, health, visit
from vae.bench.files import DOCUMENT
from vae.model import checkpoint
from vae.model.network import decode_all
from vae.serving.connection import UNKNOWN

CLIENTS, VISITORS = 8, 16


@pytest.fixture(scope="module")
def served(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("processes")
    with behind_nginx(project, folder) as processes:
        yield processes
    for log in folder.glob("*.log"):
        assert "Traceback" not in log.read_text(), log.name


def coming(served: Processes, since: int) -> AbstractContextManager[ClientConnection]:
    """A browser's session; `since` stands in Streamlit's cookie."""
    return visit(served.url, Cookie=f"_streamlit_xsrf=2|0a1b2c3d|{since:032x}|{since}")


def sessions(served: Processes) -> list[int]:
    """How many each app process has."""
    return [health(app.url)["sessions"]["open"] for app in served.apps]


def open_room(host: str) -> Opened:
    asked = urllib.request.Request(f"http://{host}/rooms", method="POST")
    with urllib.request.urlopen(asked, timeout=SOON) as answer:
        return Opened(host, **json.loads(answer.read()))


async def point(host: str, drawn: Callable[[bytes], bytes], enough: asyncio.Event) -> int:
    """Decode one point after the other on one socket until it is enough; how many, each as torch draws it."""
    rng, count = np.random.default_rng(), 0
    async with connect(f"ws://{host}/decode/vae") as connection:
        while not enough.is_set():
            asked = request(count, rng.normal(size=(1, 2)).astype(np.float32))
            await connection.send(asked)
            reply = await connection.recv()
            assert reply[:4] == asked[:4]
            ours, theirs = (np.frombuffer(one, np.uint8).astype(int) for one in (drawn(asked[4:]), reply[4:]))
            assert np.abs(ours - theirs).max() <= 1
            count += 1
    return count


@pytest.fixture(scope="module")
def drawn(project: Path) -> Callable[[bytes], bytes]:
    model = checkpoint.load(project / "checkpoints" / "vae.pt").build()

    def draw(points: bytes) -> bytes:
        z = torch.from_numpy(np.frombuffer(points, "<f4").reshape(-1, 2).copy())
        return bytes(decode_all(model, z).numpy().tobytes())

    return draw


def test_pages_decoders_and_rooms_are_all_behind_one_address(served: Processes) -> None:
    document = get(served.url)[2].decode()
    for name in DOCUMENT.findall(document):
        first, again = (get(f"{served.url}/{name}") for _ in range(2))  # the second one is the proxy's own
        assert first[2] == again[2] != b""
    told = health(served.url)
    assert (told["status"], told["decoder"], told["checkpoints"]) == ("ok", "ok", ["vae"])
    assert len(get(served.url + "/latents/vae")[2]) == 4 + 9 * 50
    assert get(served.url + "/manifold/vae?side=5")[2].startswith(b"\x89PNG")
    asked = urllib.request.Request(f"{served.url}/jobs", method="POST", data=b"{}")
    with pytest.raises(urllib.error.HTTPError, match="HTTP Error 40"):
        urllib.request.urlopen(asked)  # that is between the processes alone


def test_a_browser_that_comes_back_gets_its_own_process_and_a_school_behind_one_address_all(
    served: Processes,
) -> None:
    with ExitStack() as stack:
        for since in range(VISITORS):
            stack.enter_context(coming(served, since))
        first = sessions(served)
        assert sum(first) == VISITORS
        assert min(first) > 0
        for since in range(VISITORS):
            stack.enter_context(coming(served, since))
        assert sessions(served) == [2 * count for count in first]
    assert eventually(lambda: sessions(served) == [0, 0])


def test_an_app_process_that_is_killed_takes_no_gesture_and_no_room_along(
    served: Processes, drawn: Callable[[bytes], bytes]
) -> None:
    killed, left = served.apps
    opened = open_room(served.host)

    def kill_and_come_back() -> None:
        with ExitStack() as stack:
            streams = [stack.enter_context(coming(served, since)) for since in range(VISITORS)]
            lost = sessions(served)[0]
            assert lost > 0
            killed.kill()
            assert eventually(lambda: sum(stream.close_code is not None for stream in streams) == lost)
            gone = [since for since, stream in enumerate(streams) if stream.close_code is not None]
            for since in gone:
                stack.enter_context(coming(served, since))
            assert health(left.url)["sessions"]["open"] == VISITORS

    async def lesson() -> None:
        enough = asyncio.Event()
        async with teacher(opened) as leading, student(opened) as one, asyncio.TaskGroup() as group:
            pointing = [group.create_task(point(served.host, drawn, enough)) for _ in range(CLIENTS)]
            await one.say("pin", model="vae", z1=1, z2=2)
            await leading.until(lambda kept: kept["pins"])
            await asyncio.to_thread(kill_and_come_back)
            await one.say("pin", model="vae", z1=-1, z2=0.5)
            await leading.until(lambda kept: kept["pins"][one.name]["z1"] == -1)
            enough.set()
        assert all(task.result() > 10 for task in pointing)

    meet(lesson)
    killed.start()
    assert eventually(lambda: came_to(served, killed.url))


def came_to(served: Processes, url: str) -> bool:
    """Whether one of some new visitors got to this process."""
    with ExitStack() as stack:
        for since in range(VISITORS):
            stack.enter_context(coming(served, since))
        return bool(health(url)["sessions"]["open"])


def test_without_the_proxy_a_student_comes_back_by_the_other_process_into_the_same_room(
    served: Processes,
) -> None:
    killed, left = served.apps
    opened = open_room(killed.host)

    async def lesson() -> None:
        async with teacher(opened._replace(host=left.host)) as leading:
            async with student(opened) as one:
                await one.say("pin", model="vae", z1=1, z2=2)
                await leading.until(lambda kept: kept["pins"])
                await asyncio.to_thread(killed.kill)
                with pytest.raises(ConnectionClosed):
                    await one.until(lambda kept: False)
            await leading.until(lambda kept: not kept["members"][one.name]["here"])
            async with student(opened._replace(host=left.host), one.token) as again:
                assert again.name == one.name
                assert again.kept["you"]["pin"] == {"model": "vae", "z1": 1, "z2": 2}

    meet(lesson)
    killed.start()


def test_a_decoder_process_that_is_killed_is_missed_for_as_long_as_it_is_away(served: Processes) -> None:
    opened = open_room(served.host)

    async def refused(host: str) -> None:
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            await connect(f"ws://{host}/decode/vae")

    served.decoder.kill()
    for host in (served.host, served.apps[0].host):
        asyncio.run(refused(host))
    status, _, said = get(f"{served.url}/latents/vae")
    assert (status, b"does not answer" in said) == (503, True)
    assert (health(served.url)["status"], health(served.url)["decoder"]) == ("degraded", "away")
    assert b"<html" in get(served.url)[2]  # pages are served all the same

    served.decoder.start()
    assert health(served.url)["status"] == "ok"
    assert len(get(served.url + "/latents/vae")[2]) == 4 + 9 * 50

    async def come_back() -> None:
        async with arriving(opened, {"secret": opened.secret}) as person:
            code, reason = await person.closing()
            assert (code, "no room with this code" in reason) == (UNKNOWN, True)

    meet(come_back)
