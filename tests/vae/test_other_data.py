"""`python -m vae train --data` with other images than MNIST's, and what is then measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.vae.datasets.making import npz
from tests.vae.datasets.test_shelf import clothes
from vae import __main__ as cli
from vae import commands
from vae.config import ModelConfig, TrainingConfig
from vae.data import VARIABLE, Digits
from vae.datasets import fashion, own
from vae.datasets.chosen import kind_of
from vae.measure import evaluation, evidence, quadrature
from vae.model.checkpoint import Checkpoint, load
from vae.training.presets import PRESETS, Preset


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small network, coarse measurements, and folders of the test's own."""
    model = ModelConfig(hidden=8, encoder_blocks=0, decoder_blocks=0)
    monkeypatch.setitem(PRESETS, "vae", Preset(model, TrainingConfig(epochs=1, batch_size=50), "vae.pt"))
    for command in (commands.evaluate, commands.train):
        monkeypatch.setattr(command, "CHECKPOINTS", tmp_path / "checkpoints")
    monkeypatch.setenv(own.VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mnist"))
    coarse = evaluation.FULL._replace(lattice=0.16, finest=0.08, confirm=False)
    monkeypatch.setattr(evaluation, "FULL", coarse)
    monkeypatch.setattr(quadrature, "SURVEY", 2)
    monkeypatch.setattr(evidence, "LOOK", 2.0)


def train(*words: str) -> None:
    assert cli.main(["train", *words]) == 0


def figures(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, float | None]:
    capsys.readouterr()
    assert cli.main(["evaluate", *words, "--json"]) == 0
    found: dict[str, float | None] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert cli.main([*words]) == 1
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    return sentence


def test_small_digits_go_to_a_file_of_their_own(tmp_path: Path, capsys) -> None:
    train("--data", "small-digits")
    path = tmp_path / "checkpoints" / "vae-small-digits.pt"
    checkpoint = load(path)
    assert (checkpoint.dataset, checkpoint.classes) == ("small-digits", tuple("0123456789"))
    assert len(checkpoint.latents.labels) == 179
    assert checkpoint.provenance["command"] == "python -m vae train --preset vae --data=small-digits"
    found = figures(capsys, str(path))
    assert found["elbo_nats"] < 0
    assert 0 < found["knn_accuracy"] <= 1
    assert not any(name.startswith(("completeness", "walks")) for name in found)


def own_file(folder: Path, digits: Digits, **labels: object) -> Path:
    path = folder / "mine.npz"
    path.write_bytes(npz(images=digits.images[:120], **labels))
    return path


def trained_on_own(tmp_path: Path, digits: Digits, **labels: object) -> tuple[Path, Checkpoint]:
    out = tmp_path / "own.pt"
    train("--data", str(own_file(tmp_path, digits, **labels)), "--out", str(out))
    return out, load(out)


def test_own_images_are_kept_and_measured_on_what_was_held_out(tmp_path: Path, digits, capsys) -> None:
    names = np.array(["low", "middle", "high"])[np.minimum(digits.labels[:120] // 4, 2)]
    out, checkpoint = trained_on_own(tmp_path, digits, labels=names)
    assert checkpoint.classes == ("high", "low", "middle")
    assert own.is_own(checkpoint.dataset)
    assert str(tmp_path) not in str(checkpoint.provenance)
    assert len(checkpoint.latents.labels) == 12
    found = figures(capsys, str(out))
    assert figures(capsys, str(out), "--data", str(tmp_path / "mine.npz")) == found
    shutil.rmtree(tmp_path / "runs")
    sentence = "These images are no longer kept here: bring the file again."
    assert refused(capsys, "evaluate", str(out)) == sentence


def test_without_labels_no_neighbours_agree(tmp_path: Path, digits, capsys) -> None:
    out, checkpoint = trained_on_own(tmp_path, digits)
    assert checkpoint.classes == ()
    found = figures(capsys, str(out))
    assert found["knn_accuracy"] is None
    assert found["continuity_ratio"] > 0


def test_a_model_is_measured_on_its_own_kind_of_images_alone(tmp_path: Path, digits, capsys) -> None:
    out, checkpoint = trained_on_own(tmp_path, digits)
    sentence = refused(capsys, "evaluate", str(out), "--data", "small-digits")
    assert sentence == (
        f"The model was trained on {checkpoint.dataset}, not on small-digits: leave --data out."
    )
    assert "only a model of MNIST" in refused(capsys, "score", str(out))


@pytest.mark.parametrize("preset", ["classifier", "ladder"])
def test_what_belongs_to_mnist_is_not_trained_on_others(preset: str, tmp_path: Path, capsys) -> None:
    sentence = refused(capsys, "train", "--preset", preset, "--data", "small-digits")
    assert sentence.startswith("This goes with MNIST alone")
    assert not (tmp_path / "checkpoints").exists()


def test_a_folder_of_fashion_is_known_by_its_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "some folder"
    monkeypatch.setattr(fashion, "FASHION_FILES", clothes(folder))
    assert kind_of(folder) == "fashion-mnist"
    assert kind_of(tmp_path) == "mnist"
    train("--data", str(folder))
    checkpoint = load(tmp_path / "checkpoints" / "vae-fashion-mnist.pt")
    assert checkpoint.classes[9] == "Ankle boot"
    assert len(checkpoint.latents.labels) == 12


def test_what_is_no_data_set_is_refused(tmp_path: Path, capsys) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no images")
    assert "damaged" in refused(capsys, "train", "--data", str(path))
