"""The judge's certainty over a plane, by its route, over a real socket."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from tests.channel.talking import SOON
from tests.channel.test_http import get
from tests.serving import Server, service_of
from vae.measure import certainty as measured
from vae.model.classifier import Classifier, class_probabilities
from vae.serving import channel, legible
from vae.serving.decoding import DecoderService


@pytest.fixture(scope="module")
def judge() -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Classifier().eval()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    with service_of(tmp_path_factory.mktemp("checkpoints"), "vae") as service:
        yield service


def test_each_cell_is_the_judges_certainty_at_its_centre(service: DecoderService, judge: Classifier) -> None:
    with Server(legible.routes(lambda: service, lambda: judge)).running() as server:
        status, headers, body = get(server, "/legible/vae")
    assert (status, headers["content-type"]) == (200, "application/json")
    told = json.loads(body)
    side, box = told["side"], told["box"]
    shade = np.frombuffer(base64.b64decode(told["shade"]), np.uint8).reshape(side, side)
    for row, column in ((0, 0), (0, side - 1), (side // 2, 3), (side - 1, side - 1)):
        z1 = box["left"] + (column + 0.5) / side * (box["right"] - box["left"])
        z2 = box["top"] - (row + 0.5) / side * (box["top"] - box["bottom"])
        picture = service.model("vae").decode(torch.tensor([[z1, z2]], dtype=torch.float32)).sigmoid()
        sure = float(class_probabilities(judge, picture).max())
        assert int(shade[row, column]) == pytest.approx(255 * sure, abs=1)


def test_all_codes_and_three_sigmas_of_the_prior_are_looked_at(service: DecoderService) -> None:
    box = legible.looked_at(service.checkpoint("vae").latents)
    assert all(box.holds(point) for point in [*service.checkpoint("vae").latents.means, (3, 0), (0, -3)])


def test_a_class_that_asks_together_is_painted_for_once(
    service: DecoderService, judge: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, paint = [], measured.certainty

    def counted(*args: object) -> object:
        calls.append(args)
        return paint(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(measured, "certainty", counted)
    with (
        Server(legible.routes(lambda: service, lambda: judge)).running() as server,
        ThreadPoolExecutor(10) as students,
    ):
        answers = list(students.map(lambda _: get(server, "/legible/vae"), range(10)))
    assert len(calls) == 1
    assert len({body for _, _, body in answers}) == 1


def test_a_class_that_waits_stands_in_nobodys_way(
    service: DecoderService, judge: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More wait for it than the server has threads, and what needs a thread is answered meanwhile."""
    begun, go, paint = threading.Event(), threading.Event(), measured.certainty

    def held(*args: object) -> object:
        begun.set()
        assert go.wait(SOON)
        return paint(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(measured, "certainty", held)
    routes = [*legible.routes(lambda: service, lambda: judge), *channel.routes(lambda: service)]
    with Server(routes).running() as server, ThreadPoolExecutor(60) as students:
        waiting = [students.submit(get, server, "/legible/vae") for _ in range(60)]
        assert begun.wait(SOON)
        while len(server.connections) < 60:  # until all of them stand there
            pass
        assert get(server, "/latents/vae")[0] == 200
        go.set()
        assert {student.result()[0] for student in waiting} == {200}


def test_without_judge_or_checkpoint_it_is_one_sentence(service: DecoderService, judge: Classifier) -> None:
    with Server(legible.routes(lambda: service, lambda: judge)).running() as server:
        assert get(server, "/legible/none")[0] == 404
    with Server(legible.routes(lambda: service, lambda: None)).running() as server:
        status, _, body = get(server, "/legible/vae")
    assert (status, body.decode()) == (404, legible.NO_JUDGE)
