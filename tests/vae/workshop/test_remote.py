"""A workshop of another process: runs are started there and read from the folder that both share."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tests.serving import Server
from tests.vae.workshop.working import JOB, end, open_workshop, until_state, write_model, write_snapshot
from vae.workshop import bounds, remote
from vae.workshop.errors import Refused, UnknownRun
from vae.workshop.guests import Guests
from vae.workshop.remote import RemoteWorkshop
from vae.workshop.workshop import Workshop

VISITOR = "203.0.113.9"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with open_workshop(tmp_path / "runs") as workshop:
        yield workshop


@pytest.fixture
def server(workshop: Workshop) -> Iterator[Server]:
    with Server(remote.routes(lambda: workshop)).running() as server:
        yield server


@pytest.fixture
def far(server: Server, workshop: Workshop) -> RemoteWorkshop:
    return RemoteWorkshop(f"http://{server.host}/", workshop.folder)


def test_a_run_that_is_started_from_afar_is_trained_there_and_read_here(
    far: RemoteWorkshop, workshop: Workshop
) -> None:
    job = replace(JOB, recipe="vae", images=100, created=1e9)
    run, key = asdict(far.start(job, VISITOR)).values()
    assert workshop.folder_of(run).standing().visitor == VISITOR
    assert far.status(run).job == job
    folder = workshop.folder / run
    write_snapshot(folder, 0, 0.0)
    write_model(folder, 2)
    guests = Guests(lambda: far)
    assert guests.is_there(f"{run}.2")
    assert guests.find(f"{run}.3") is None  # it has learned for two epochs
    found, known = guests.find(f"{run}.2"), workshop.find(f"{run}.2")
    assert found is not None
    assert known is not None
    np.testing.assert_array_equal(found.latents.means, known.latents.means)
    end(workshop.folder, run)
    told = until_state(workshop, run, "finished", key)
    assert far.status(run) == told
    workshop.command(run, key, "discard")
    assert not guests.is_there(f"{run}.2")
    with pytest.raises(UnknownRun, match="start another"):
        far.status(run)
    assert far._known == {}


def test_the_run_that_comes_with_the_program_is_here_as_well(far: RemoteWorkshop, workshop: Workshop) -> None:
    assert far.status("shipped") == workshop.status("shipped")


@pytest.mark.parametrize("run", ["..", "datasets", "abcdefghij", ""])
def test_what_is_no_run_is_unknown(far: RemoteWorkshop, workshop: Workshop, run: str) -> None:
    (workshop.folder / "datasets").mkdir()
    with pytest.raises(UnknownRun):
        far.status(run)


def test_a_refusal_comes_in_the_words_of_who_refuses(far: RemoteWorkshop) -> None:
    for _ in range(bounds.UNFINISHED):
        far.start(JOB, VISITOR)
    with pytest.raises(Refused) as refused:
        far.start(JOB, VISITOR)
    assert str(refused.value) == bounds.TOO_MANY


def test_a_workshop_that_is_away_says_so(tmp_path: Path) -> None:
    with Server([]).running() as gone:
        far = RemoteWorkshop(f"http://{gone.host}", tmp_path)
    with pytest.raises(Refused, match="does not answer"):
        far.start(JOB)


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        {"job": asdict(JOB)},
        {"job": {**asdict(JOB), "another": 1}, "visitor": ""},
        {"job": {**asdict(JOB), "model": {"hidden": 10**9}}, "visitor": ""},
        {"job": {**asdict(JOB), "training": None}, "visitor": ""},
    ],
)
def test_what_is_no_job_starts_nothing(server: Server, workshop: Workshop, told: object) -> None:
    with closing(http.client.HTTPConnection(*server.address, timeout=20)) as connection:
        connection.request("POST", "/jobs", json.dumps(told))
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:16]) == (422, b"This is no job: ")
    assert not workshop._runs
