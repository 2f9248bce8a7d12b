"""`python -m vae evaluate`: it prints, and records only on request and only what it measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from vae import __main__ as cli
from vae.commands import evaluate
from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits
from vae.measure import evaluation, evidence, quadrature
from vae.model import checkpoint, classifier
from vae.model.checkpoint import Checkpoint, Latents, load, save
from vae.model.network import VAE


@pytest.fixture(autouse=True)
def few(digits, tmp_path, monkeypatch) -> None:
    """Forty digits that are here everywhere, no judge, and lattices that suit a smooth decoder."""
    monkeypatch.setattr(
        evaluate, "held_out", lambda options, name: Digits(digits.images[:40], digits.labels[:40])
    )
    monkeypatch.setattr(evaluate, "CHECKPOINTS", tmp_path / "none")
    monkeypatch.setattr(
        evaluation, "FULL", evaluation.FULL._replace(lattice=0.16, finest=0.08, confirm=False, judged=20)
    )
    monkeypatch.setattr(evaluation, "QUICK_IMAGES", 10)
    monkeypatch.setattr(quadrature, "SURVEY", 2)
    monkeypatch.setattr(evidence, "LOOK", 2.0)


@pytest.fixture
def path(digits, tmp_path) -> Path:
    """A random network with the record of another measurement."""
    config = ModelConfig(hidden=8, encoder_blocks=0, decoder_blocks=0)
    means = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    torch.manual_seed(0)
    latents = Latents(means, np.zeros_like(means), digits.labels[:40])
    target = tmp_path / "vae.pt"
    save(Checkpoint(config, TrainingConfig(), VAE(config).state_dict(), latents, {"elbo_nats": -1.0}), target)
    return target


def printed(capsys, *words: str) -> dict[str, float]:
    assert cli.main(["evaluate", *words, "--json"]) == 0
    figures: dict[str, float] = json.loads(capsys.readouterr().out)
    return figures


def refusal(capsys, *words: str) -> str:
    assert cli.main(["evaluate", *words]) == 1
    output = capsys.readouterr()
    sentence = output.err.strip().splitlines()[-1]
    assert sentence.endswith(".")
    assert output.out == ""
    return sentence


def test_figures_are_printed_and_the_file_stays_as_it_is(path, capsys) -> None:
    before = path.read_bytes()
    figures = printed(capsys, str(path))
    assert figures["elbo_nats"] < -100
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["vae.pt"]


def test_with_record_the_file_says_what_was_printed(path, capsys) -> None:
    figures = printed(capsys, str(path), "--record")
    assert {"log_likelihood_radius", "log_likelihood_error_nats"} <= figures.keys()
    assert load(path).figures == figures


def test_a_file_that_changed_meanwhile_keeps_what_is_in_it(path, capsys, monkeypatch) -> None:
    """A training beside the measurement wrote a later epoch."""
    measure = evaluation.evaluate

    def slowly(*arguments):
        figures = measure(*arguments)
        save(load(path).with_figures({"elbo_nats": -2.0}), path)
        return figures

    monkeypatch.setattr(evaluation, "evaluate", slowly)
    sentence = refusal(capsys, str(path), "--record")
    assert sentence == f"{path} changed while it was measured, so nothing was recorded: measure it again."
    assert load(path).figures == {"elbo_nats": -2.0}


def test_a_quick_look_takes_the_first_images_and_is_not_recorded(path, capsys, monkeypatch) -> None:
    seen = []
    measure = evaluation.evaluate
    monkeypatch.setattr(
        evaluation,
        "evaluate",
        lambda _, test, *more: seen.append(len(test.labels)) or measure(_, test, *more),
    )
    figures = printed(capsys, str(path), "--quick")
    assert seen == [10]
    assert figures["lattice_spacing"] == evaluation.QUICK.lattice
    before = path.read_bytes()
    assert "--quick" in refusal(capsys, str(path), "--quick", "--record")
    assert path.read_bytes() == before


def bland(z):
    return np.full((len(z), 784), 0.2, np.float32)


def test_nothing_is_recorded_in_a_decoder_that_is_not_ours(capsys) -> None:
    name = f"{__name__}:bland"
    assert "leave out --record" in refusal(capsys, name, "--record")
    figures = printed(capsys, name, "--quick")
    assert figures["log_likelihood_error_nats"] < 0.01
    assert figures["elbo_nats"] is None


def test_a_classifier_is_measured_in_the_same_way(path, capsys) -> None:
    weights = classifier.Classifier().state_dict()
    file = path.with_name("classifier.pt")
    classifier.save_classifier(classifier.ClassifierCheckpoint(TrainingConfig(), weights), file)
    figures = printed(capsys, str(file))
    assert figures["judge_scribbles_of"] == 20
    assert "judge_far" not in figures  # no autoencoder is here
    assert classifier.load_classifier(file).figures == {}
    assert printed(capsys, str(file), "--record") == figures
    assert classifier.load_classifier(file).figures == figures


def test_a_record_is_not_written_over_a_link(path, capsys) -> None:
    link = path.with_name("link.pt")
    link.symlink_to(path)
    assert "is a link" in refusal(capsys, str(link), "--record")
    assert link.is_symlink()
    assert checkpoint.load(path).figures == {"elbo_nats": -1.0}


@pytest.mark.parametrize("samples", ["-3", "0", "many", "1e3", "100001"])
def test_a_wrong_number_of_samples_is_refused(samples, capsys) -> None:
    with pytest.raises(SystemExit):
        cli.main(["evaluate", "checkpoints/vae.pt", "--iwae", samples])
    assert f"a whole number from 1 to 100000, not '{samples}'" in capsys.readouterr().err
