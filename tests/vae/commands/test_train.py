"""`python -m vae train`: what is refused, and what it says when it is stopped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vae import __main__ as cli
from vae.commands import train
from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits
from vae.datasets.dataset import MNIST, Dataset
from vae.model import ladder
from vae.model.checkpoint import state_of
from vae.training.presets import PRESETS, Preset
from vae.training.stages import VAEFit


@pytest.fixture(autouse=True)
def tiny(digits, monkeypatch) -> None:
    """The real command with a small network and a hundred digits that are here everywhere."""
    model = ModelConfig(hidden=8, encoder_blocks=0, decoder_blocks=0)
    monkeypatch.setitem(PRESETS, "vae", Preset(model, TrainingConfig(epochs=2, batch_size=50), "vae.pt"))
    few = Digits(digits.images[:100], digits.labels[:100])
    monkeypatch.setattr(train, "dataset", lambda options: Dataset(MNIST, "MNIST", few, few))


def refusal(capsys, *words: str) -> str:
    assert cli.main(["train", *words]) == 1
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert sentence.endswith(".")
    return str(sentence)


@pytest.mark.parametrize("preset", ["vae", "ladder"])
def test_what_is_no_file_is_refused_before_anything_is_read(tmp_path, capsys, monkeypatch, preset) -> None:
    monkeypatch.delattr(train, "dataset")
    pipe = tmp_path / "pipe.pt"
    os.mkfifo(pipe)  # reading it would wait for ever
    place = pipe
    if preset == "ladder":
        place = tmp_path / "folder"
        (place / ladder.FOLDER / "beta-4.pt").mkdir(parents=True)
    assert "not a file" in refusal(capsys, "--preset", preset, "--out", str(place), "--resume")


def test_a_folder_is_no_checkpoint(tmp_path, capsys) -> None:
    sentence = refusal(capsys, "--out", str(tmp_path))
    assert sentence == f"{tmp_path} is a folder, not a file: name the file itself, such as vae.pt."
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_resume_is_refused(tmp_path, capsys) -> None:
    out = tmp_path / "vae.pt"
    assert "does not exist: there is nothing to resume" in refusal(capsys, "--out", str(out), "--resume")
    assert cli.main(["train", "--out", str(out)]) == 0
    assert f"python -m vae evaluate {out} --record" in capsys.readouterr().out
    before = out.read_bytes()
    assert "is complete: there is nothing to resume" in refusal(capsys, "--out", str(out), "--resume")
    assert out.read_bytes() == before


@pytest.mark.parametrize("steps", [1, 3])  # of two an epoch
def test_a_stopped_run_says_whether_there_is_something_to_go_on_with(tmp_path, monkeypatch, steps) -> None:
    out, gradient, done = tmp_path / "vae.pt", VAEFit.gradient, []

    def interrupted(*arguments):
        done.append(1)
        if len(done) == steps + 1:
            raise KeyboardInterrupt
        return gradient(*arguments)

    monkeypatch.setattr(VAEFit, "gradient", interrupted)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["train", "--out", str(out)])
    assert ("--resume" in str(stopped.value.code)) == (steps == 3)
    assert state_of(out) == ("interrupted" if steps == 3 else "absent")
    if steps == 3:
        assert cli.main(["train", "--out", str(out), "--resume"]) == 0
        assert state_of(Path(out)) == "finished"


@pytest.mark.parametrize("seed", ["-1", str(2**31), "9" * 30])
def test_a_seed_that_no_generator_takes_is_refused(seed, capsys) -> None:
    assert cli.main(["train", "--seed", seed]) == 1
    assert capsys.readouterr().err == f"seed must lie between 0 and 2147483647, not {seed}.\n"
