"""The soak: small, on the real server; every kind of what it sends by itself; and that it counts errors."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from vae.__main__ import main
from vae.bench import frames, room, soak, stream, vitals
from vae.bench.frames import BAD_FRAMES, Originals, Sender, send_bad
from vae.bench.sendings import Post, check, delivered
from vae.bench.server import ROOT, App, running_app
from vae.bench.stream import Run, Wrong
from vae.bench.student import Notes
from vae.bench.visits import visit
from vae.bench.vitals import Vitals
from vae.config import PIXELS
from vae.datasets import own
from vae.workshop import bounds

Answer = Callable[[bytes], bytes | None]  # what a wrong server says to a frame; it closes for None


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def app(kept: Path) -> Iterator[App]:
    with running_app(ROOT, environment={"LATENT_ATLAS_RUNS": str(kept)}) as app:
        yield app


@pytest.fixture(scope="module")
def post() -> Post:
    return Post(random.Random(0))


@pytest.fixture(autouse=True)
def compare_much_and_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine measures a plane for longer than a visitor of the soak would wait."""
    monkeypatch.setattr(frames, "COMPARED", 0.5)
    monkeypatch.setattr(stream, "PATIENCE", 120.0)


def test_a_short_run_finds_nothing_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "LONGEST", 0.0)
    monkeypatch.setattr(soak, "FORGOTTEN", 0.0)
    monkeypatch.setattr(vitals, "EVERY", 1.0)
    monkeypatch.setattr(frames, "BAD", 0.2)
    sizes = ["--frames", "200", "--addresses", "6", "--files", "6"]
    assert main(["bench", "--soak", "--minutes", "0.1", *sizes, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    done = figures["done"]
    assert figures["errors"] == {}
    assert figures["left_out"] == 0
    assert done["good frames"] + done["bad frames"] == 200
    assert done["bad frames"] > 10
    assert done.get("good addresses", 0) + done.get("odd addresses", 0) == 6
    assert done.get("good files", 0) + done.get("bad files", 0) == 6
    assert figures["compared"] > 10
    assert set(figures["series"]) == set(vitals.SERIES)
    assert figures["series"]["memory_mb"]["largest"] >= figures["series"]["memory_mb"]["first"] > 50
    assert figures["series"]["decode_p95_ms"]["largest"] > 0
    assert "standard_error" in figures["memory_slope_mb_per_hour"]
    assert f"{done['good frames']}" in soak.as_text(figures)


@pytest.mark.parametrize("kind", BAD_FRAMES)
def test_a_bad_frame_is_answered_with_its_code_and_a_reason(app: App, kind: str) -> None:
    asyncio.run(send_bad(app.url, BAD_FRAMES[kind]))


def test_files_are_answered_as_they_deserve_and_what_is_kept_has_bounds(
    app: App, post: Post, kept: Path
) -> None:
    for kind, sending in {**post.bad, **{kind: make() for kind, make in post.good.items()}}.items():
        try:
            check(sending, *delivered(app.url, sending))
        except Wrong as error:
            pytest.fail(f"{kind}: {error}")
    for _ in range(own.MOST_KEPT + 3):
        assert delivered(app.url, post.good["an .npz"]())[0] == 201
    statuses = [delivered(app.url, post.good["a model"]())[0] for _ in range(bounds.EACH + 2)]
    assert statuses[-1] == 409
    assert len(list((kept / own.FOLDER).iterdir())) == own.MOST_KEPT
    assert sum((path / "model.pt").exists() for path in kept.iterdir()) == bounds.EACH


async def sent_to(answer: Answer, channel: frames.Channel) -> Notes:
    """What a sender notes of three frames to a server that sends `answer(frame)`, or closes."""
    notes = Notes()
    async with wrong_server(answer) as url:
        sender = Sender(url, channel, random.Random(1), notes, Originals())
        for _ in range(3):
            await sender.send()
        sender.leave()
    return notes


@asynccontextmanager
async def wrong_server(answer: Answer) -> AsyncIterator[str]:
    async def talk(connection: ServerConnection) -> None:
        try:
            async for frame in connection:
                reply = answer(frame)
                if reply is None:
                    await connection.close(1011)
                else:
                    await connection.send(reply)
        except ConnectionClosed:
            pass

    async with serve(talk, "127.0.0.1", 0) as server:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        yield f"http://{host}:{port}"


@pytest.mark.parametrize(
    ("answer", "channel", "said"),
    [
        (lambda frame: bytes(4 + PIXELS), "decode", "another request's reply"),
        (lambda frame: frame[:4] + b"?", "decode", "a reply of another length"),
        (
            lambda frame: frame[:4] + b"\x80" * (PIXELS * ((len(frame) - 4) // 8)),
            "decode",
            "the pictures are not the model's",
        ),
        (lambda frame: frame[:4] + bytes(16 + PIXELS), "encode", "the posterior is not the model's"),
        (lambda frame: None, "encode", "closed with 1011"),
    ],
)
def test_a_wrong_reply_is_counted(
    answer: Answer, channel: frames.Channel, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "BAD", 0.0)
    monkeypatch.setattr(frames, "COMPARED", 1.0)
    notes = asyncio.run(sent_to(answer, channel))
    assert notes.errors == {f"{channel}: {said}": 3}
    assert notes.done["good frames"] == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda frame: b"a picture", (Wrong, "it was answered")),
        (lambda frame: None, (ConnectionClosed, "1011")),
    ],
)
def test_a_bad_frame_that_is_taken_is_an_error(answer: Answer, error: tuple[type[Exception], str]) -> None:
    async def send() -> None:
        async with wrong_server(answer) as url:
            await send_bad(url, BAD_FRAMES["NaN"])

    with pytest.raises(error[0], match=error[1]):
        asyncio.run(send())


def test_a_code_without_a_reason_is_an_error() -> None:
    async def send() -> None:
        async with wrong_server(lambda frame: None) as url:
            await send_bad(url, BAD_FRAMES["NaN"]._replace(code=1011))

    with pytest.raises(Wrong, match="without a reason"):
        asyncio.run(send())


def test_another_status_or_sentence_is_an_error(post: Post) -> None:
    class Agreeable(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(422)
            self.end_headers()
            self.wfile.write(b"Sorry.")

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Agreeable) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(Wrong, match="HTTP 422"):
            check(post.good["a PNG"](), *delivered(url, post.good["a PNG"]()))
        with pytest.raises(Wrong, match="another sentence"):
            check(post.bad["half a PNG"], *delivered(url, post.bad["half a PNG"]))
        server.shutdown()


@pytest.mark.parametrize("went", [Run(), Wrong("the page shows NameError")])
def test_a_page_that_is_empty_or_shows_an_exception_is_counted(
    went: Run | Wrong, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def opened(self: stream.Stream) -> Run:
        if isinstance(went, Wrong):
            raise went
        return went

    monkeypatch.setattr(stream.Stream, "open", opened)
    notes = Notes()
    asyncio.run(visit("http://127.0.0.1:1", random.Random(0), notes))
    [kind] = notes.errors
    assert kind.endswith("an empty page" if isinstance(went, Run) else "shows NameError")
    assert not notes.done


def test_work_is_spread_evenly_and_what_is_late_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "LATE", 0.0)
    done: list[float] = []

    async def quick() -> None:
        done.append(asyncio.get_running_loop().time())

    async def slow() -> None:
        await asyncio.sleep(0.2)

    async def both() -> tuple[int, int]:
        return await soak.spread([quick, quick], 10, 0.5), await soak.spread([slow], 100, 0.3)

    left, late = asyncio.run(both())
    assert left == 0
    assert len(done) == 10
    assert all(later - one >= 0.02 for one, later in pairwise(done))
    assert 95 <= late <= 99


def test_a_slope_is_that_of_the_line_and_has_the_error_of_the_textbook() -> None:
    """y = 3 x + e with e = (1, -1, -1, 1) on x = 0..3: e is orthogonal to 1 and x; s² = 4 / 2, Sxx = 5."""
    assert vitals.slope([0, 1, 2, 3], [1, 2, 5, 10]) == {"slope": 3.0, "standard_error": 0.63}
    assert vitals.slope([0, 1], [1, 2]) is None


def test_of_a_server_that_does_not_answer_something_is_noted_all_the_same(tmp_path: Path) -> None:
    notes = Notes()
    watching = Vitals("http://127.0.0.1:1", 2**22 + 1, tmp_path, notes)
    asyncio.run(watching.note())
    assert sum(notes.errors.values()) == 1
    assert watching.noted[0]["memory_mb"] is None or watching.noted[0]["memory_mb"] >= 0
    assert watching.summary()["sessions"] is None
    assert watching.summary()["kept_files"] == {"first": 0, "median": 0, "last": 0, "largest": 0}
    assert watching.memory_slope() is None


def test_options_of_the_soak_need_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--lesson", "--frames", "3"])
    assert "goes with --soak" in capsys.readouterr().err
