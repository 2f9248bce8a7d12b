"""Training rungs of the ladder on scikit-learn's digits: what they start from and how their axes lie."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae.model import ladder
from vae.model.checkpoint import Checkpoint, CheckpointError, load
from vae.training import fitting
from vae.training.orientation import best_orientation
from vae.training.presets import rung
from vae.training.rungs import RungRun, prepare_rung

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def single_precision(monkeypatch) -> None:
    monkeypatch.setattr(fitting, "bfloat16_pays", lambda device: False)


def prepared(beta: float, digits, folder: Path, epochs: int = 2) -> RungRun:
    config = replace(rung(beta).training, epochs=epochs)
    return prepare_rung(beta, config, (digits, digits), CPU, folder, ladder.command(beta))


def trained(beta: float, digits, folder: Path) -> Checkpoint:
    for _ in prepared(beta, digits, folder).epochs():
        pass
    return load(folder / ladder.file(beta))


@pytest.fixture
def beginning(digits, tmp_path) -> Path:
    """A folder with the autoencoder and rung 1, trained for two epochs."""
    trained(0, digits, tmp_path)
    trained(1, digits, tmp_path)
    return tmp_path


def test_all_rungs_share_one_architecture_and_differ_in_beta_alone() -> None:
    autoencoder, *others = (rung(beta) for beta in ladder.BETAS)
    for beta, preset in zip(ladder.BETAS[1:], others, strict=True):
        assert replace(preset.model, variational=False) == autoencoder.model
        assert preset.training.beta == beta
        assert (preset.training.seed, preset.training.batch_size) == (
            autoencoder.training.seed,
            autoencoder.training.batch_size,
        )
    assert rung(1).training == autoencoder.training


def test_rung_1_starts_like_the_autoencoder_and_ends_oriented_like_it(digits, beginning) -> None:
    first, autoencoder = prepared(1, digits, beginning), prepared(0, digits, beginning)
    for name, value in autoencoder.fit.model.state_dict().items():
        assert torch.equal(value, first.fit.model.state_dict()[name])
    ours, theirs = (load(beginning / ladder.file(beta)) for beta in (1, 0))
    assert best_orientation(ours.latents.means, theirs.latents.means).tolist() == [[1, 0], [0, 1]]
    assert "closest to the autoencoder's map" in str(ours.provenance["orientation"])
    assert "orientation" not in theirs.provenance


def test_latents_of_an_oriented_rung_are_those_of_its_own_weights(digits, beginning) -> None:
    checkpoint = load(beginning / ladder.file(1))
    posterior = checkpoint.build().encode(torch.from_numpy(digits.images).float() / 255)
    np.testing.assert_allclose(posterior.mean, checkpoint.latents.means, atol=1e-5)


def test_other_rungs_go_on_from_their_neighbour(digits, beginning) -> None:
    run = prepared(2, digits, beginning)
    neighbour = load(beginning / ladder.file(1))
    seen: list[dict[str, torch.Tensor]] = []
    gradient = run.fit.gradient

    def watched(*arguments):
        seen.append({name: value.clone() for name, value in run.fit.model.state_dict().items()})
        return gradient(*arguments)

    run.fit.gradient = watched
    for _ in run.epochs():
        pass
    assert all(torch.equal(value, neighbour.weights[name]) for name, value in seen[0].items())
    checkpoint = load(beginning / ladder.file(2))
    assert checkpoint.provenance["start"] == "the weights of the rung beta = 1"
    assert checkpoint.training_config.beta == 2


def test_a_stopped_rung_resumes_to_the_same_weights(digits, beginning, tmp_path) -> None:
    next(prepared(2, digits, beginning).epochs())
    assert load(beginning / ladder.file(2)).progress is not None
    resumed = prepared(2, digits, beginning)
    resumed.resume()
    for _ in resumed.epochs():
        pass
    stopped = load(beginning / ladder.file(2))
    (beginning / ladder.file(2)).unlink()
    whole = trained(2, digits, beginning)
    assert all(torch.equal(value, stopped.weights[name]) for name, value in whole.weights.items())


def test_a_rung_does_not_start_from_one_that_is_half_trained(digits, beginning) -> None:
    next(prepared(1, digits, beginning).epochs())
    with pytest.raises(CheckpointError, match=r"beta = 1 is not trained to the end: .* --beta=1 --resume"):
        prepared(2, digits, beginning)


def test_a_rung_without_the_one_it_needs_says_how_to_make_that(digits, tmp_path) -> None:
    with pytest.raises(CheckpointError, match="train --preset ladder --beta=4"):
        prepared(8, digits, tmp_path)
