"""Scores of what belongs and what does not, and their file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae.data import Digits, load_mnist
from vae.datasets.small import small_digits
from vae.measure import belonging
from vae.measure.belonging import Scores
from vae.measure.intervals import wilson
from vae.measure.outlook import outlook
from vae.model.checkpoint import load
from vae.model.classifier import find_classifier

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
SHIPPED = [CHECKPOINTS / "vae.pt", CHECKPOINTS / "autoencoder.pt"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Digits:
    digits = small_digits()
    digits = Digits(digits.images[:12], digits.labels[:12])
    monkeypatch.setattr(belonging, "OTHERS", 6)
    monkeypatch.setattr(belonging, "small_digits", lambda: digits)
    return digits


def test_every_set_is_scored_and_comes_back_from_the_file(few: Digits, tmp_path: Path) -> None:
    checkpoint = load(CHECKPOINTS / "ladder" / "beta-16.pt")
    model = checkpoint.build()
    counted: list[int] = []
    scores = belonging.measured(model, outlook(model.decode, 5.5), few, lambda: counted.append(1))
    assert {name: len(values) for name, values in scores.log_likelihood.items()} == {
        "test": 12,
        "rotated": 6,
        "noise": 3,
        "small_digits": 12,
    }
    assert len(counted) == belonging.total(few) == 33
    pictures = belonging.binary(few.images)
    logits = model.decode(model.encode(pictures).mean)
    oracle = -torch.distributions.Bernoulli(logits=logits).log_prob(pictures).sum(dim=1)
    np.testing.assert_allclose(scores.reconstruction["test"], oracle.numpy(), rtol=1e-4)
    assert (scores.log_likelihood["noise"].max()) < scores.log_likelihood["test"].min()
    path = tmp_path / "some.scores.npz"
    belonging.save(scores, checkpoint, path)
    back = belonging.load(checkpoint, path)
    assert back is not None
    for kind in (0, 1):
        assert back[kind].keys() == scores[kind].keys()
        for name in scores[kind]:
            np.testing.assert_array_equal(back[kind][name], scores[kind][name])


def test_an_autoencoder_has_no_likelihood(few: Digits) -> None:
    model = load(CHECKPOINTS / "autoencoder.pt").build()
    scores = belonging.measured(model, None, few)
    assert scores.log_likelihood == {}
    assert len(scores.reconstruction["test"]) == 12


def test_turned_digits_are_turned() -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 2, 5] = 9  # near the top, left of the middle
    turned = belonging.sets(Digits(images.reshape(1, 784), np.zeros(1, np.uint8)))["rotated"]
    assert turned.reshape(28, 28)[27 - 5, 2] == 9  # counter-clockwise: near the bottom, at the left


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 no archive"),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_bytes(bytes(belonging.MOST_BYTES + 1)),
        lambda path: np.savez(path, of="another"),
        lambda path: np.savez(path, of=np.array([None], dtype=object)),
    ],
)
def test_an_unusable_file_is_as_none(change, tmp_path: Path) -> None:
    checkpoint = load(CHECKPOINTS / "autoencoder.pt")
    path = tmp_path / "a.scores.npz"
    belonging.save(Scores({}, {"test": np.ones(3, np.float32)}), checkpoint, path)
    assert belonging.load(checkpoint, path) is not None
    change(path)
    assert belonging.load(checkpoint, path) is None


def test_numbers_that_are_none_and_another_models_scores_are_refused(tmp_path: Path) -> None:
    checkpoint = load(CHECKPOINTS / "autoencoder.pt")
    path = tmp_path / "a.scores.npz"
    belonging.save(Scores({}, {"test": np.array([np.nan], np.float32)}), checkpoint, path)
    assert belonging.load(checkpoint, path) is None
    other = replace(
        checkpoint, latents=replace(checkpoint.latents, means=checkpoint.latents.means + np.float32(1))
    )
    belonging.save(Scores({}, {"test": np.ones(3, np.float32)}), other, path)
    assert belonging.load(checkpoint, path) is None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_scores_belong_to_the_shipped_models(path: Path) -> None:
    checkpoint = load(path)
    scores = belonging.load(checkpoint, belonging.file_of(path))
    assert scores is not None, f"run `python -m vae score {path}`"
    numbers = [scores.reconstruction, *([scores.log_likelihood] if scores.log_likelihood else [])]
    assert len(numbers) == 1 + checkpoint.model_config.variational
    for sets in numbers:
        assert {name: len(values) for name, values in sets.items()} == {
            "test": 10_000,
            "rotated": 2000,
            "noise": 1000,
            "small_digits": 1797,
        }
    recorded = checkpoint.figures.get("log_likelihood_check_nats")
    if scores.log_likelihood:
        assert scores.log_likelihood["test"].mean() == pytest.approx(recorded, abs=0.02)


def test_percentiles() -> None:
    among = np.array([1, 2, 2, 3], np.float32)
    assert [belonging.percentile(value, among) for value in (0, 1, 2, 2.5, 9)] == [0, 12.5, 50, 75, 100]


def test_other_peoples_digits_are_redrawn_worse_than_mnists(mnist: Path) -> None:
    model = load(CHECKPOINTS / "vae.pt").build()
    judge = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert judge is not None
    others = small_digits()
    share = belonging.kept_labels(model, others, judge)
    assert wilson(share, len(others.labels)).low > 0.55
    own = load_mnist("test", mnist)
    own = Digits(own.images[:1000], own.labels[:1000])
    difference = wilson(belonging.kept_labels(model, own, judge), 1000).low - wilson(share, 1797).high
    assert difference > 0.2
