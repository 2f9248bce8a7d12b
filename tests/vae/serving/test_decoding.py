"""DecoderService with small real checkpoints: whose pictures, how they are joined, what files it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.serving import HeldDrawing, write_checkpoint
from vae.model import checkpoint
from vae.model.network import VAE
from vae.serving import decoding
from vae.serving.batching import BatcherClosed, QueueFull
from vae.serving.decoding import DecoderService, UnknownCheckpoint

CPU = torch.device("cpu")
DEVICES = [CPU] + [torch.device("cuda")] * torch.cuda.is_available()
DEVICES += [torch.device("mps")] * torch.backends.mps.is_available()


Models = dict[str, VAE]


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return {name: write_checkpoint(tmp_path / f"{name}.pt", len(name)) for name in ("vae", "beta")}


@pytest.fixture(params=DEVICES, ids=str)
def service(request: pytest.FixtureRequest, models: Models, tmp_path: Path) -> Iterator[DecoderService]:
    service = DecoderService(tmp_path, request.param)
    yield service
    service.close()


def points(seed: int, n: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(n, 2), scale=2).astype(np.float32)


def ink(model: VAE, z: NDArray[np.float32]) -> NDArray[np.float64]:
    """255 * sigmoid(logits) in double precision, not rounded."""
    with torch.no_grad():
        logits = model.decode(torch.from_numpy(z)).double().numpy()
    return 255 / (1 + np.exp(-logits))


def assert_pictures(images: NDArray[np.uint8], model: VAE, z: NDArray[np.float32]) -> None:
    """Each pixel is the rounded ink; single precision may round a half to either side."""
    assert images.dtype == np.uint8
    np.testing.assert_allclose(images, ink(model, z), rtol=0, atol=0.5 + 1e-2)


def test_pictures_are_the_rounded_ink(service: DecoderService, models: Models) -> None:
    z = points(0, 40)
    decoded = service.decode("vae", z)
    assert_pictures(decoded.images, models["vae"], z)
    assert len(np.unique(decoded.images)) > 200  # the oracle was tried on all greys, not on black and white
    assert decoded.batch == 40
    assert decoded.seconds > 0


def test_the_service_draws_what_torch_decodes_bit_for_bit(models: Models, tmp_path: Path) -> None:
    service = DecoderService(tmp_path, CPU)
    for z in points(1, 50):
        with torch.no_grad():
            direct = (torch.sigmoid(models["vae"].decode(torch.from_numpy(z[None]))) * 255).round()
        np.testing.assert_array_equal(service.decode("vae", z[None]).images, direct.numpy())
    service.close()


def test_a_crowd_gets_its_own_pictures_of_its_own_model(service: DecoderService, models: Models) -> None:
    def visitor(number: int) -> bool:
        name = ("vae", "beta")[number % 2]
        for step in range(10):
            z = points(100 * number + step, 1 + 40 * (number % 3 == 0))
            assert_pictures(service.decode(name, z).images, models[name], z)
        return True

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(visitor, range(12)))
    assert service.queue_depth == 0


def test_what_is_asked_at_the_same_moment_is_decoded_in_one_pass(
    service: DecoderService, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)
    service.submit("vae", points(0, 1))
    assert drawing.begun.wait(20)
    futures = [service.submit("vae", points(number, 1)) for number in range(30)]
    assert service.queue_depth == 30
    drawing.go.set()
    for number, future in enumerate(futures):
        decoded = future.result(20)
        assert decoded.batch == 30
        assert_pictures(decoded.images, models["vae"], points(number, 1))
    assert drawing.passes == [1, 30]


def test_long_paths_do_not_stand_in_front_of_single_points(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)
    service.submit("vae", points(0, 1))
    assert drawing.begun.wait(20)
    paths = [service.submit("vae", points(number, 256)) for number in range(8)]
    single = service.submit("vae", points(9, 1))
    drawing.go.set()
    single.result(20)
    for path in paths:
        path.result(20)
    assert drawing.passes.index(1, 1) <= 2


def test_twelve_threads_encode_and_decode_and_each_gets_its_own_answer(
    service: DecoderService, models: Models
) -> None:
    def visitor(number: int) -> None:
        images = np.random.default_rng(number).random((1 + number % 3, 784), dtype=np.float32)
        for turn in range(20):
            name = service.names[(number + turn) % 2]
            encoded = service.encode(name, images)
            mean, log_variance = models[name].encode(torch.from_numpy(images))
            np.testing.assert_allclose(encoded.means, mean.numpy(), atol=1e-5)
            np.testing.assert_allclose(encoded.log_variances, log_variance.numpy(), atol=1e-5)
            assert_pictures(service.decode(name, encoded.means).images, models[name], encoded.means)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(visitor, range(12)))
    assert service.queue_depth == 0


def test_images_of_another_shape_or_range_are_refused_in_a_sentence(service: DecoderService) -> None:
    with pytest.raises(ValueError, match=r"\(n, 784\)"):
        service.encode("vae", np.zeros((1, 28), np.float32))
    for value in (1.5, -0.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            service.encode("vae", np.full((1, 784), value, np.float32))
    with pytest.raises(UnknownCheckpoint):
        service.encode("nobody", np.zeros((1, 784), np.float32))


def test_who_gives_up_waiting_costs_no_pass(service: DecoderService, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = HeldDrawing(monkeypatch)
    held = service.submit("vae", points(0, 1))
    assert drawing.begun.wait(20)
    with pytest.raises(TimeoutError):
        service.decode("vae", points(1, 3), timeout=0.01)
    drawing.go.set()
    held.result(20)
    service.decode("beta", points(2, 2))
    assert drawing.passes == [1, 2]


def test_names_begin_with_the_default_and_each_leads_to_its_checkpoint(
    service: DecoderService, tmp_path: Path
) -> None:
    assert service.names == ("vae", "beta")
    assert service.problems == {}
    stored = checkpoint.load(tmp_path / "beta.pt")
    np.testing.assert_array_equal(service.checkpoint("beta").latents.means, stored.latents.means)
    assert not service.model("beta").training
    assert next(service.model("beta").parameters()).device.type == service.device.type


def test_an_unknown_name_is_answered_with_the_known_ones(service: DecoderService) -> None:
    for ask in (service.checkpoint, service.model, lambda name: service.decode(name, points(0, 1))):
        with pytest.raises(UnknownCheckpoint, match=r"no checkpoint named 'nope'; there are: vae, beta\."):
            ask("nope")


@pytest.mark.parametrize("shape", [(2,), (3, 1), (1, 2, 1)])
def test_other_shapes_are_refused_before_they_meet_other_peoples_points(
    service: DecoderService, shape: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="shape"):
        service.submit("vae", np.zeros(shape, np.float32))


def test_a_change_after_submitting_changes_nothing(
    service: DecoderService, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)
    z = points(0, 2)
    future = service.submit("vae", z)
    z[:] = 99
    drawing.go.set()
    assert_pictures(future.result(20).images, models["vae"], points(0, 2))


def test_files_that_cannot_be_used_are_named_and_the_others_serve(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "good.pt")
    whole = (tmp_path / "good.pt").read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.pt").write_bytes(b"")
    torch.save({"somebody": "else's"}, tmp_path / "foreign.pt")
    checkpoint.write_atomically(
        {"format": checkpoint.FORMAT, "version": checkpoint.VERSION, "kind": "classifier"},
        tmp_path / "classifier.pt",
    )
    service = DecoderService(tmp_path, CPU)
    assert service.names == ("good",)
    assert set(service.problems) == {"cut.pt", "empty.pt", "foreign.pt", "vae.pt"}  # vae.pt is missing
    for name, sentence in service.problems.items():
        assert name in sentence
        assert "train" in sentence
    assert service.decode("good", points(0, 1)).images.shape == (1, 784)
    service.close()


def test_rungs_of_the_ladder_are_served_and_a_damaged_one_says_how_to_make_it(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    write_checkpoint(tmp_path / "ladder" / "beta-4.pt", seed=1)
    (tmp_path / "ladder" / "beta-8.pt").write_bytes(b"half")
    service = DecoderService(tmp_path, CPU)
    assert service.names == ("vae", "beta-4")
    command = f"python -m vae train --preset ladder --beta=8 --out {tmp_path}"
    assert service.problems["beta-8.pt"].endswith(f"`{command}`.")
    assert service.decode("beta-4", points(0, 1)).images.shape == (1, 784)
    service.close()


def test_a_rungs_name_belongs_to_the_ladder(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    rung = write_checkpoint(tmp_path / "ladder" / "beta-4.pt", seed=1)
    write_checkpoint(tmp_path / "beta-4.pt", seed=2)
    write_checkpoint(tmp_path / "ladder" / "other.pt", seed=3)
    service = DecoderService(tmp_path, CPU)
    assert service.names == ("vae", "beta-4")
    assert_pictures(service.decode("beta-4", points(0, 3)).images, rung, points(0, 3))
    assert list(service.problems.values()) == ["beta-4.pt has the name of a rung of the ladder: rename it."]
    service.close()


def test_an_empty_folder_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    service = DecoderService(tmp_path / "nowhere", CPU)
    assert service.names == ()
    with pytest.raises(UnknownCheckpoint, match="there are: none"):
        service.submit("vae", points(0, 1))
    service.close()


def test_after_closing_nothing_is_decoded(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "vae.pt")
    service = DecoderService(tmp_path, CPU)
    service.close()
    with pytest.raises(BatcherClosed):
        service.submit("vae", points(0, 1))


def test_small_requests_find_room_where_large_ones_no_longer_do(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "HEAVY_QUEUE", 512)
    drawing = HeldDrawing(monkeypatch)
    large, small = np.zeros((256, 2), np.float32), np.zeros((1, 2), np.float32)
    held = service.submit("vae", small)
    assert drawing.begun.wait(20)
    waiting = [service.submit("vae", large, "greedy") for _ in range(2)]
    with pytest.raises(QueueFull, match="small"):
        service.submit("vae", large, "another")
    waiting.append(service.submit("vae", small, "another"))
    drawing.go.set()
    assert [len(future.result(20).images) for future in (held, *waiting)] == [1, 256, 256, 1]


def test_a_small_request_has_its_turn_within_a_large_one(
    service: DecoderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = HeldDrawing(monkeypatch)
    z = np.random.default_rng(0).normal(size=(512, 2)).astype(np.float32)
    large = service.submit("vae", z)
    assert drawing.begun.wait(20)
    small = service.submit("vae", z[:1])
    drawing.go.set()
    assert (large.result(20).images[0] == small.result(20).images[0]).all()
    assert drawing.passes == [128, 1, 128, 128, 128]
    assert (large.result().images == service.decode("vae", z[::-1]).images[::-1]).all()
