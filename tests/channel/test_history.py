"""The history channel and the workshop's routes over real sockets: runs, their maps, their decoders."""

from __future__ import annotations

import http.client
import json
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection

from tests.channel import talking
from tests.channel.talking import SOON, talk
from tests.serving import Server, service_of
from tests.vae.workshop.working import (
    JOB,
    MODEL,
    end,
    model_after,
    open_workshop,
    until,
    until_state,
    write_model,
    write_snapshot,
)
from vae.history.snapshots import Snapshot, built
from vae.model.checkpoint import load, save
from vae.serving import channel, manifold
from vae.serving.connection import BAD_DATA, FOREIGN, NOT_UNDERSTOOD, TOO_BIG, UNKNOWN, Refusal
from vae.serving.decoding import DecoderService
from vae.serving.passes import draw
from vae.workshop import channel as history
from vae.workshop import names, routes, uploads
from vae.workshop.channel import HistoryConnection
from vae.workshop.decoders import Decoders
from vae.workshop.guests import Guests
from vae.workshop.maps import Maps
from vae.workshop.workshop import Started, Workshop

CPU = torch.device("cpu")
Z = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with open_workshop(tmp_path_factory.mktemp("runs")) as workshop:
        yield workshop


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Iterator[DecoderService]:
    with service_of(
        tmp_path_factory.mktemp("checkpoints"), "vae", visitors=Guests(lambda: workshop)
    ) as service:
        yield service


@pytest.fixture(scope="module")
def server(service: DecoderService, workshop: Workshop) -> Iterator[Server]:
    decoders, maps = Decoders(lambda: workshop, service.device), Maps(lambda: workshop)
    with Server(
        [
            *channel.routes(lambda: service),
            *manifold.routes(lambda: service),
            *history.routes(lambda: service, lambda: decoders, channel.same_host),
            *routes.routes(lambda: workshop, lambda: maps),
        ]
    ).running() as server:
        yield server


@pytest.fixture
def run(workshop: Workshop) -> Iterator[Started]:
    """A run that trains."""
    run = workshop.start(JOB)
    until_state(workshop, run.run, "training", run.key)
    yield run
    if run.run in workshop._runs:
        workshop.command(run.run, run.key, "discard")


def ask(
    server: Server, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(*server.address, timeout=SOON)) as connection:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_a_run_tells_how_it_stands(server: Server, workshop: Workshop, run: Started) -> None:
    status, headers, body = ask(server, f"/runs/{run.run}", X_Run_Key=run.key)
    told = json.loads(body)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert (told["run"], told["state"], told["epochs"], told["title"]) == (run.run, "training", 3, "VAE")
    assert told["job"]["model"]["hidden"] == MODEL.hidden
    assert run.key.encode() not in body


def test_a_reports_odd_numbers_are_still_json(server: Server, workshop: Workshop, run: Started) -> None:
    losses = {"reconstruction": float("nan"), "kl": float("inf"), "elbo": None}
    report = {"epoch": 1, "train": losses, "held_out": losses, "beta": 1.0, "seconds": 2.0}
    told = json.dumps({**report, "images_per_second": 3.0})
    (workshop.folder / run.run / "reports.jsonl").write_text(told + "\n")
    (found,) = json.loads(ask(server, f"/runs/{run.run}")[2])["reports"]
    assert found["train"] == {"reconstruction": None, "kl": None, "elbo": None}


def test_its_owner_commands_it_and_nobody_else(server: Server, workshop: Workshop, run: Started) -> None:
    for key in ({}, {"X_Run_Key": "wrong"}, {"X_Run_Key": names.hashed(run.key)}):
        status, _, body = ask(server, f"/runs/{run.run}/pause", "POST", **key)
        assert (status, body[:4]) == (403, b"Only")
    assert workshop.status(run.run).state == "training"
    status, _, body = ask(server, f"/runs/{run.run}/pause", "POST", X_Run_Key=run.key)
    assert (status, json.loads(body)["state"]) == (200, "paused")
    assert ask(server, f"/runs/{run.run}/pause", "POST", X_Run_Key=run.key)[0] == 409
    status, _, body = ask(server, f"/runs/{run.run}/resume", "POST", X_Run_Key=run.key)
    assert (status, json.loads(body)["state"] in ("waiting", "training")) == (200, True)
    assert ask(server, f"/runs/{run.run}/sell", "POST", X_Run_Key=run.key)[0] == 404
    assert ask(server, f"/runs/{run.run}/discard", "POST", X_Run_Key=run.key)[::2] == (204, b"")
    for path, method in ((f"/runs/{run.run}", "GET"), (f"/runs/{run.run}/discard", "POST")):
        assert ask(server, path, method, X_Run_Key=run.key)[0] == 404


def test_its_map_comes_snapshot_by_snapshot(server: Server, workshop: Workshop, run: Started) -> None:
    folder = workshop.folder / run.run
    snapshots = [write_snapshot(folder, index, epoch) for index, epoch in enumerate((0, 0.125, 0.25))]
    write_model(folder, 1)
    labels = load(folder / "model.pt").latents.labels
    for start in (0, 2, 3, 99):
        status, headers, body = ask(server, f"/runs/{run.run}/map?from={start}")
        expected = snapshots[start:]
        count, m = struct.unpack_from("<II", body)
        assert (status, count, m) == (200, len(expected), 20)
        assert len(body) == 8 + count * (4 + 4 * m) + m
        assert list(np.frombuffer(body, "<f4", count, 8)) == [one.epoch for one in expected]
        means = np.frombuffer(body, "<f2", count * m * 2, 8 + 4 * count).reshape(count, m, 2)
        np.testing.assert_array_equal(means, [one.means for one in expected] or np.zeros((0, m, 2)))
        np.testing.assert_array_equal(np.frombuffer(body, "u1", m, len(body) - m), labels)
        assert ask(server, f"/runs/{run.run}/map?from={start}", If_None_Match=headers["etag"])[0] == 304
    for wrong in ("-1", "x", "1.5", "", "1" * 9, "%D9%A3"):
        assert ask(server, f"/runs/{run.run}/map?from={wrong}")[0] == 400


def test_before_its_first_epoch_labels_come_from_the_data(
    server: Server, workshop: Workshop, run: Started, mnist: Path, monkeypatch
) -> None:
    from vae.data import load_mnist

    monkeypatch.setenv("LATENT_ATLAS_DATA", str(mnist))
    write_snapshot(workshop.folder / run.run, 0, 0.0)
    body = ask(server, f"/runs/{run.run}/map")[2]
    assert body[-20:] == load_mnist("test").labels[:20].tobytes()


def test_its_model_is_a_file_without_what_training_needs(
    server: Server, workshop: Workshop, run: Started, tmp_path: Path
) -> None:
    assert ask(server, f"/runs/{run.run}/model")[0] == 404
    write_model(workshop.folder / run.run, 2, interrupted=True)
    status, headers, body = ask(server, f"/runs/{run.run}/model")
    assert (status, f"{run.run}-2.pt" in headers["content-disposition"]) == (200, True)
    (tmp_path / "got.pt").write_bytes(body)
    got = load(tmp_path / "got.pt")
    assert (got.progress, got.provenance["epochs"]) == (None, 2)


def pictures(server: Server, run: str, index: int, z: np.ndarray = Z) -> np.ndarray:
    got: list[bytes] = []

    async def conversation(connection: ClientConnection) -> None:
        await connection.send(struct.pack("<II", 77, index) + z.astype("<f4").tobytes())
        got.append(await connection.recv())

    talk(server, conversation, run, "history")
    assert got[0][:4] == struct.pack("<I", 77)
    return np.frombuffer(got[0], np.uint8, offset=4).reshape(-1, 784)


def decoded(snapshot: Snapshot, z: np.ndarray = Z) -> np.ndarray:
    return draw(built(snapshot, MODEL, CPU), z, CPU)


def test_every_moment_of_a_run_decodes_as_it_did_then(
    server: Server, workshop: Workshop, run: Started
) -> None:
    snapshots = [write_snapshot(workshop.folder / run.run, index, index / 8) for index in range(3)]
    many = np.random.default_rng(0).normal(size=(256, 2)).astype(np.float32)
    for index in (0, 2, 1, 0):
        np.testing.assert_array_equal(pictures(server, run.run, index), decoded(snapshots[index]))
        np.testing.assert_array_equal(pictures(server, run.run, index, many), decoded(snapshots[index], many))


points = st.tuples(st.floats(-1000, 1000, width=32), st.floats(-1000, 1000, width=32))
FRAME = struct.pack("<II2f", 1, 0, 0.5, 0.5)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", BAD_DATA),
        (FRAME[:8], BAD_DATA),
        (FRAME[:-1], BAD_DATA),
        (struct.pack("<II2f", 1, 0, float("nan"), 0), BAD_DATA),
        (struct.pack("<II2f", 1, 0, 1001, 0), BAD_DATA),
        (FRAME[:8] + bytes(8 * 257), TOO_BIG),
        (struct.pack("<II2f", 1, 1, 0.5, 0.5), UNKNOWN),  # only snapshot 0 is there
        (struct.pack("<II2f", 1, 2**32 - 1, 0.5, 0.5), UNKNOWN),
        ("status", NOT_UNDERSTOOD),
    ],
)
def test_what_is_no_request_closes_with_a_sentence(
    server: Server, workshop: Workshop, run: Started, frame, code: int
) -> None:
    write_snapshot(workshop.folder / run.run, 0, 0.0)

    async def conversation(connection: ClientConnection) -> None:
        await connection.send(frame)
        found, reason = await talking.closing(connection)
        assert found == code
        assert reason.endswith((".", "n"))  # a sentence, cut where the protocol has no more room
        assert len(reason) > 15

    talk(server, conversation, run.run, "history")
    assert pictures(server, run.run, 0).shape == (2, 784)


def test_unknown_runs_and_foreign_pages_get_no_channel(server: Server, run: Started) -> None:
    async def unknown(connection: ClientConnection) -> None:
        code, reason = await talking.closing(connection)
        assert (code, "no such run" in reason) == (UNKNOWN, True)

    async def foreign(connection: ClientConnection) -> None:
        assert (await talking.closing(connection))[0] == FOREIGN

    talk(server, unknown, "aaaaaaaaaa", "history")
    talk(server, foreign, run.run, "history", Origin="http://elsewhere.example")


def test_a_discarded_run_ends_its_channels(server: Server, workshop: Workshop, run: Started) -> None:
    write_snapshot(workshop.folder / run.run, 0, 0.0)

    async def conversation(connection: ClientConnection) -> None:
        await connection.send(FRAME)
        await connection.recv()
        workshop.command(run.run, run.key, "discard")
        await connection.send(FRAME)
        assert (await talking.closing(connection))[0] == UNKNOWN

    talk(server, conversation, run.run, "history")


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.lists(points, min_size=1, max_size=256))
def test_a_request_is_read_as_it_was_written(sequence: int, index: int, z: list) -> None:
    read = HistoryConnection.parse(struct.pack("<II", sequence, index) + np.asarray(z, "<f4").tobytes())
    assert (read.sequence, read.snapshot) == (struct.pack("<I", sequence), index)
    np.testing.assert_array_equal(read.rows, np.asarray(z, np.float32))


@given(st.binary(max_size=64) | st.binary(min_size=2050, max_size=2070))
def test_a_frame_is_read_exactly_or_refused(frame: bytes) -> None:
    with suppress(Refusal):
        sequence, rows, index = HistoryConnection.parse(frame)
        assert sequence + struct.pack("<I", index) + rows.astype("<f4").tobytes() == frame


def test_a_finished_run_is_a_guest_of_the_other_pages(
    server: Server, workshop: Workshop, service: DecoderService, run: Started
) -> None:
    write_model(workshop.folder / run.run, 3)
    end(workshop.folder, run.run)
    name = until_state(workshop, run.run, "finished").model
    assert name == f"{run.run}.3"
    status, _, latents = ask(server, f"/latents/{name}")
    assert (status, len(latents)) == (200, 4 + 9 * 20)
    assert ask(server, f"/manifold/{name}?side=5")[0] == 200
    got: list[bytes] = []

    async def conversation(connection: ClientConnection) -> None:
        await connection.send(talking.request(5, Z))
        got.append(await connection.recv())

    talk(server, conversation, name)
    expected = draw(load(workshop.folder / run.run / "model.pt").build(), Z, CPU)
    assert got[0][4:] == expected.tobytes()
    assert ask(server, f"/latents/{run.run}.2")[0] == 404
    workshop.command(run.run, run.key, "discard")
    assert ask(server, f"/latents/{name}")[0] == 404


def test_a_thousand_random_names_find_nothing(server: Server, workshop: Workshop, run: Started) -> None:
    write_model(workshop.folder / run.run, 1)
    with closing(http.client.HTTPConnection(*server.address, timeout=SOON)) as connection:
        for _ in range(1000):
            connection.request("GET", f"/runs/{names.new_run()}")
            answer = connection.getresponse()
            assert (answer.status, b"no such run" in answer.read()) == (404, True)


@pytest.mark.parametrize(
    "run", ["..", "%2e%2e", "..%2f..%2fcheckpoints", ".lock", "datasets", "a" * 5000, "%00", "%FF"]
)
def test_odd_names_find_nothing(server: Server, run: str) -> None:
    for path in (f"/runs/{run}", f"/runs/{run}/map", f"/runs/{run}/model"):
        assert ask(server, path)[0] in (404, 405)


def test_a_checkpoint_is_brought_along(server: Server, workshop: Workshop, tmp_path: Path) -> None:
    save(model_after(7, interrupted=True), tmp_path / "mine.pt")
    status, headers, body = ask(server, "/runs", "POST", (tmp_path / "mine.pt").read_bytes())
    told = json.loads(body)
    assert (status, sorted(told), headers["cache-control"]) == (201, ["key", "run"], "no-store")
    standing = workshop.status(told["run"])
    assert (standing.state, standing.model) == ("uploaded", f"{told['run']}.7")
    assert load(workshop.folder / told["run"] / "model.pt").progress is None
    assert ask(server, f"/latents/{standing.model}")[0] == 200
    workshop.command(told["run"], told["key"], "discard")


def test_hostile_bodies_are_refused_and_leave_nothing(
    server: Server, workshop: Workshop, tmp_path: Path
) -> None:
    save(model_after(7), tmp_path / "mine.pt")
    whole = (tmp_path / "mine.pt").read_bytes()
    before = set(workshop.folder.iterdir())
    for body in (b"", b"PK\x03\x04", whole[:-100], whole[100:], bytes(10_000), b"\x80\x04cos\nsystem\n"):
        for path in ("/runs", "/datasets"):
            status, _, sentence = ask(server, path, "POST", body)
            assert (status, sentence.endswith(b".")) == (422, True)
    assert set(workshop.folder.iterdir()) == before


def test_a_body_that_is_too_large_is_refused_before_it_comes(server: Server) -> None:
    for path in ("/runs", "/datasets"):
        with closing(http.client.HTTPConnection(*server.address, timeout=SOON)) as connection:
            connection.putrequest("POST", path)
            connection.putheader("Content-Length", str(uploads.MOST_BYTES + 1))
            connection.endheaders()
            answer = connection.getresponse()
            assert (answer.status, b"64 MB" in answer.read()) == (413, True)


def test_more_bytes_than_were_told_of_are_refused_on_the_way(server: Server, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 2**20)
    pieces = (bytes(2**16) for _ in range(17))
    with closing(http.client.HTTPConnection(*server.address, timeout=SOON)) as connection:
        connection.request("POST", "/runs", pieces, encode_chunked=True)
        assert connection.getresponse().status == 413


def test_the_largest_file_comes_through(server: Server) -> None:
    """What a connection may cost the others has room for it; it is no checkpoint, and that is said."""
    assert ask(server, "/runs", "POST", bytes(uploads.MOST_BYTES))[0] == 422


def test_images_are_brought_along(server: Server, workshop: Workshop, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (200, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(200) % 3)
    status, _, body = ask(server, "/datasets", "POST", (tmp_path / "mine.npz").read_bytes())
    told = json.loads(body)
    assert (status, told["train"] + told["test"], told["classes"]) == (201, 200, ["0", "1", "2"])
    assert (workshop.folder / "datasets" / f"{told['name']}.npz").exists()


def test_whoever_leaves_during_an_upload_holds_no_place(server: Server) -> None:
    for _ in range(uploads.ON_THE_WAY + 1):
        with closing(http.client.HTTPConnection(*server.address, timeout=SOON)) as connection:
            connection.putrequest("POST", "/runs")
            connection.putheader("Content-Length", "100000")
            connection.endheaders(b"only a part")
    until(lambda: ask(server, "/runs", "POST", b"x")[0] == 422)
