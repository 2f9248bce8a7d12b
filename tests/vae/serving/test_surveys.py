"""Planes measured in the background: whoever asks comes first, and nothing is measured twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.serving import service_of
from vae.measure import geodesic
from vae.serving import surveys
from vae.serving.decoding import DecoderService
from vae.serving.surveys import Surveys

NAMES = ("vae", "first", "second")
WAIT = 60.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[DecoderService]:
    with service_of(tmp_path, *NAMES) as service:
        yield service


@pytest.fixture
def made(service: DecoderService) -> Iterator[Surveys]:
    made = Surveys(service, begin)
    yield made
    made.close()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the surveys in the order in which they were begun, by the models that they measure."""
    order: list[str] = []
    whole = geodesic.survey

    def noted(model, means):
        order.append(model.name)
        return (yield from whole(model, means))

    monkeypatch.setattr(geodesic, "survey", noted)
    return order


def begin(service: DecoderService, name: str):
    return geodesic.survey(service.model(name), service.checkpoint(name).latents.means)


def named(service: DecoderService) -> DecoderService:
    for name in service.names:
        service.model(name).name = name
    return service


def test_what_is_asked_for_comes_once_and_leads_from_a_to_b(made: Surveys) -> None:
    assert made.share("first") == 0
    space = made.found("first", WAIT)
    assert space is not None
    assert made.share("first") == 1
    assert made.found("first") is space
    points = space.geodesic((0.5, 0.5), (-1, 0.25), 16).points
    np.testing.assert_allclose(points[[0, -1]], [(0.5, 0.5), (-1, 0.25)])


def test_without_being_asked_nothing_is_measured(made: Surveys) -> None:
    assert made.found("vae", WAIT)
    assert (made.share("first"), made.share("second")) == (0, 0)


def test_asking_does_not_wait_unless_told_to(made: Surveys) -> None:
    assert made.found("vae") is None


def test_in_the_background_all_are_measured_in_order_but_asking_goes_first(
    service: DecoderService, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "QUIET", 0.0)
    made = Surveys(named(service), begin)
    try:
        made.measure(NAMES)
        assert made.found("second", WAIT)  # the head start for visitors is over when one of them asks
        assert begun[0] == "second"
        assert all(made.found(name, WAIT) for name in service.names)
        assert sorted(begun) == sorted(NAMES)
    finally:
        made.close()


def test_while_somebody_asks_for_pictures_nothing_is_measured_that_nobody_wants(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveys, "QUIET", WAIT)
    z = np.zeros((1, 2), np.float32)
    service.decode("first", z)
    made = Surveys(service, begin)
    try:
        made.measure(NAMES)
        assert made.found("second", WAIT)  # what is asked for does not wait
        assert made.share("first") == 0
        monkeypatch.setattr(surveys, "QUIET", 0.0)
        made.measure(NAMES)  # looks again
        end = time.monotonic() + WAIT
        while made.share("first") < 1 and time.monotonic() < end:
            time.sleep(0.01)
        assert made.share("first") == 1
    finally:
        made.close()


def test_a_survey_that_fails_says_so_and_the_others_go_on(
    service: DecoderService, made: Surveys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(z: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(service.model("first"), "decode", broken)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            made.found("first", WAIT)
    assert made.found("second", WAIT)


def test_an_unknown_name_is_refused(made: Surveys) -> None:
    with pytest.raises(KeyError):
        made.found("nothing")


def test_closing_ends_the_thread_and_whoever_waits(service: DecoderService) -> None:
    made = Surveys(service, begin)
    made.measure(NAMES)
    waiter = threading.Thread(target=lambda: made.found("vae", WAIT))
    waiter.start()
    made.close()
    waiter.join(WAIT)
    assert not waiter.is_alive()
    assert "surveys" not in [thread.name for thread in threading.enumerate()]
