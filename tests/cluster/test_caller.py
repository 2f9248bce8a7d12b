"""Asking replicas and answering as one, without Ray: losses, and what goes back to whom."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.serving import service_of, write_checkpoint
from vae.cluster import environment
from vae.cluster.caller import TRIES, Caller
from vae.cluster.replica import Ask, answer
from vae.model.network import decode_all, encode_all
from vae.serving.batching import Overdue
from vae.serving.decoding import DecoderService
from vae.serving.errors import UnknownCheckpoint
from vae.serving.passes import Decoded, Encoded

CPU = torch.device("cpu")


class Lost(Exception):
    """What this cluster raises when a replica dies."""


class Replicas:
    """Real passes, after what `troubles` says has gone wrong, in order."""

    def __init__(self, service: DecoderService, *troubles: Exception) -> None:
        self.asked = list[Ask]()
        self._service = service
        self._troubles = list(troubles)

    def __call__(self, ask: Ask, seconds: float) -> Sequence[Decoded | Encoded]:
        self.asked.append(ask)
        if self._troubles:
            raise self._troubles.pop(0)
        return answer(self._service, [ask])[0]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecoderService]:
    with service_of(tmp_path_factory.mktemp("checkpoints"), "vae", "beta") as service:
        yield service


def points(count: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)


def test_a_replica_answers_every_request_of_every_call_in_order(service: DecoderService) -> None:
    images = np.random.default_rng(1).random((3, 784), np.float32)
    asks = [
        Ask("vae", "decode", [points(2), points(1, 1)]),
        Ask("beta", "decode", [points(4, 2)]),
        Ask("vae", "encode", [images]),
        Ask("vae", "decode", [points(5, 3)]),
    ]

    answers = answer(service, asks)

    assert [[one.batch for one in call] for call in answers] == [[8, 8], [4], [3], [8]]
    for ask, call in zip(asks, answers, strict=True):
        model = service.model(ask.checkpoint)
        for request, made in zip(ask.requests, call, strict=True):
            if isinstance(made, Decoded):
                expected = decode_all(model, torch.from_numpy(request)).numpy()
                np.testing.assert_allclose(made.images.astype(int), expected, atol=1)
            else:
                posterior = encode_all(model, torch.from_numpy(request))
                np.testing.assert_allclose(made.means, posterior.mean.numpy(), atol=1e-5)


def test_a_replica_says_what_it_does_not_have(service: DecoderService) -> None:
    with pytest.raises(UnknownCheckpoint):
        answer(service, [Ask("gone", "decode", [points(1)])])


def test_a_lost_replica_costs_another_try(service: DecoderService) -> None:
    replicas = Replicas(service, Lost(), Lost())
    calling = Caller(replicas, (Lost,), "CPU")

    (made,) = calling.one_pass("vae", "decode", [points(3)])

    assert isinstance(made, Decoded)
    assert made.images.shape == (3, 784)
    assert calling.asked_again == 2
    assert len(replicas.asked) == 3


@pytest.mark.parametrize(
    ("troubles", "raised", "tries"),
    [
        ([Lost()] * TRIES, Lost, TRIES),
        ([TimeoutError()], Overdue, 1),
        ([UnknownCheckpoint("gone")], UnknownCheckpoint, 1),
    ],
)
def test_what_another_try_would_not_better_is_raised(
    service: DecoderService, troubles: list[Exception], raised: type[Exception], tries: int
) -> None:
    replicas = Replicas(service, *troubles)
    with pytest.raises(raised):
        Caller(replicas, (Lost,), "CPU").one_pass("vae", "decode", [points(1)])
    assert len(replicas.asked) == tries


def test_checkpoints_are_asked_of_the_cluster_and_other_models_are_not(
    service: DecoderService, tmp_path: Path
) -> None:
    other = write_checkpoint(tmp_path / "other.pt", seed=3)
    (tmp_path / "same").mkdir()
    write_checkpoint(tmp_path / "same" / "vae.pt", seed=0)
    replicas = Replicas(service, Lost())
    here = DecoderService(tmp_path / "same", CPU, elsewhere=Caller(replicas, (Lost,), "CPU, in a cluster"))
    try:
        asked = len(replicas.asked)
        whole = here.decode("vae", points(200))
        assert len(replicas.asked) == asked + 2  # in parts, so that replicas share it
        assert sum(len(request) for ask in replicas.asked[asked:] for request in ask.requests) == 200
        own = here.submit_with(other, points(3)).result(10)
        assert len(replicas.asked) == asked + 2
        assert here.device_name == "CPU, in a cluster"
    finally:
        here.close()
    for made, model in ((whole, service.model("vae")), (own, other)):
        expected = decode_all(model, torch.from_numpy(points(len(made.images)))).numpy()
        np.testing.assert_allclose(made.images.astype(int), expected, atol=1)


def test_without_the_wished_for_cluster_passes_are_made_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    monkeypatch.setenv(environment.VARIABLE, "127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "vae.cluster.application", None)
    service = environment.decoders(tmp_path)
    try:
        assert "requirements-ray.txt" in service.problems["cluster"]
        assert service.decode("vae", points(1)).images.shape == (1, 784)
    finally:
        service.close()
