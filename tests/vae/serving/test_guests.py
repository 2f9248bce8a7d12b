"""Models of visitors in the decoder service: used like the others, loaded when asked for, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.serving import HeldDrawing, service_of, write_checkpoint
from vae.model.checkpoint import Checkpoint, load
from vae.serving import decoding, passes
from vae.serving.decoding import DecoderService
from vae.serving.errors import UnknownCheckpoint
from vae.serving.passes import draw
from vae.serving.surveys import Surveys

CPU = torch.device("cpu")
Z = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)


class Friends:
    """Visitors whose models lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    def add(self, *names: str) -> None:
        for seed, name in enumerate(names, len(self.asked) + 10):
            write_checkpoint(self.folder / f"{name}.pt", seed)

    def find(self, name: str) -> Checkpoint | None:
        self.asked.append(name)
        return load(self.folder / f"{name}.pt") if self.is_there(name) else None

    def is_there(self, name: str) -> bool:
        return (self.folder / f"{name}.pt").exists()


@pytest.fixture
def friends(tmp_path: Path) -> Friends:
    friends = Friends(tmp_path / "friends")
    friends.folder.mkdir()
    return friends


@pytest.fixture
def service(tmp_path: Path, friends: Friends) -> Iterator[DecoderService]:
    with service_of(tmp_path, "vae", visitors=friends) as service:
        yield service


def test_a_guest_decodes_and_encodes_as_its_file_does(service: DecoderService, friends: Friends) -> None:
    friends.add("ada.1")
    expected = load(friends.folder / "ada.1.pt").build()
    assert service.has("ada.1")
    assert service.names == ("vae",)
    np.testing.assert_array_equal(service.decode("ada.1", Z).images, draw(expected, Z, CPU))
    images = np.random.default_rng(0).random((3, 784)).astype(np.float32)
    np.testing.assert_allclose(
        service.encode("ada.1", images).means, expected.encode(torch.from_numpy(images)).mean, atol=1e-6
    )
    assert service.checkpoint("ada.1").latents.labels.shape == (50,)
    assert friends.asked == ["ada.1"]


def test_unknown_guests_are_refused_and_gone_ones_forgotten(
    service: DecoderService, friends: Friends
) -> None:
    assert not service.has("nobody.1")
    assert friends.asked == []  # told without a look
    friends.add("ada.1")
    assert service.has("ada.1")
    (friends.folder / "ada.1.pt").unlink()
    assert not service.has("ada.1")
    with pytest.raises(UnknownCheckpoint):
        service.submit("ada.1", Z)
    assert not service.is_at_hand("ada.1")


def test_few_guests_stay_in_memory(tmp_path: Path, friends: Friends, monkeypatch) -> None:
    monkeypatch.setattr(decoding, "GUESTS", 2)
    friends.add("ada.1", "bob.1", "eve.1")
    with service_of(tmp_path, "vae", visitors=friends) as service:
        for name in ("ada.1", "bob.1", "ada.1", "eve.1"):
            service.decode(name, Z)
        assert [service.is_at_hand(name) for name in ("vae", "ada.1", "bob.1", "eve.1")] == [1, 1, 0, 1]
    weights = friends.find("ada.1").size("decoder")
    monkeypatch.setattr(decoding, "GUESTS_WEIGHTS", weights)
    with service_of(tmp_path, "vae", visitors=friends) as service:
        for name in ("ada.1", "bob.1"):
            service.decode(name, Z)
        assert [service.is_at_hand(name) for name in ("ada.1", "bob.1")] == [False, True]


def test_requests_to_several_guests_in_one_turn_get_their_own_pictures(
    service: DecoderService, friends: Friends, monkeypatch
) -> None:
    names = [f"guest.{number}" for number in range(5)]
    friends.add(*names)
    models = {name: service.model(name) for name in names}
    held = HeldDrawing(monkeypatch)
    first = service.submit("vae", Z)
    assert held.begun.wait(20)
    rng = np.random.default_rng(1)
    asked = [(name, rng.normal(size=(count, 2)).astype(np.float32)) for count in (1, 3, 20) for name in names]
    futures = [service.submit(name, z, owner=name) for name, z in asked]
    own = service.submit_with(models["guest.0"], Z)
    held.go.set()
    for (name, z), future in zip(asked, futures, strict=True):
        np.testing.assert_array_equal(future.result(20).images, draw(models[name], z, CPU))
    np.testing.assert_array_equal(own.result(20).images, draw(models["guest.0"], Z, CPU))
    assert first.result(20).images.shape == (2, 784)


def test_guests_have_one_turn_together(service: DecoderService, friends: Friends, monkeypatch) -> None:
    """However many guests are shown, a request to a shipped model waits for one of their batches at most."""
    names = [f"guest.{number}" for number in range(40)]
    friends.add(*names)
    for name in names:
        service.model(name)
    held = HeldDrawing(monkeypatch)
    service.submit("vae", Z)
    assert held.begun.wait(20)
    futures = [service.submit(name, Z, owner=name) for name in names]
    mine = service.submit("vae", Z)
    before: list[int] = []
    mine.add_done_callback(lambda _: before.append(sum(future.done() for future in futures)))
    held.go.set()
    for future in futures:
        future.result(20)
    assert before[0] <= passes.PASS // decoding.SHARE


def test_planes_of_guests_are_surveyed_and_forgotten(
    service: DecoderService, friends: Friends, monkeypatch
) -> None:
    from vae.serving import surveys as module

    monkeypatch.setattr(module, "GUESTS", 2)
    friends.add("ada.1", "bob.1", "eve.1")

    def begin(service: DecoderService, name: str):
        yield 0.5
        return float(service.model(name).decode(torch.zeros(1, 2)).sum())

    surveys = Surveys(service, begin)
    try:
        found = {name: surveys.found(name, timeout=20) for name in ("vae", "ada.1", "bob.1", "eve.1")}
        assert len(set(found.values())) == 4
        assert None not in found.values()
        assert sorted(surveys._found) == ["bob.1", "eve.1", "vae"]
        assert surveys.found("ada.1", timeout=20) == found["ada.1"]
        with pytest.raises(KeyError):
            surveys.found("nobody.1")
        assert surveys.share("nobody.1") == 0
    finally:
        surveys.close()
