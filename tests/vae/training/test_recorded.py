"""A run's history: what it writes and when, and that stopping changes nothing."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, binarised_test_images
from vae.datasets.dataset import Dataset
from vae.history import reports, snapshots
from vae.history.job import Job
from vae.history.yardstick import MEASURED, Yardstick
from vae.model.checkpoint import load, state_of
from vae.model.network import VAE
from vae.training.fitting import Diverged
from vae.training.recorded import early_steps, prepare_recorded, subset

CPU = torch.device("cpu")
MODEL = ModelConfig(hidden=16, encoder_blocks=0, decoder_blocks=1)
JOB = Job(MODEL, TrainingConfig(epochs=3, batch_size=100, learning_rate=1e-3), images=1_500)


@pytest.fixture(scope="module")
def data(digits) -> Dataset:
    held_out = Digits(digits.images[1_500:], digits.labels[1_500:])
    return Dataset("small-digits", "Small digits", digits, held_out, tuple("abcdefghij"))


def run(job: Job, data: Dataset, folder: Path, epochs: int = 0) -> None:
    recorded = prepare_recorded(job, data, CPU, folder)
    if state_of(recorded.path) == "interrupted":
        recorded.resume()
    for report in recorded.epochs():
        if report.epoch == epochs:
            break


def without_clocks(folder: Path) -> list[reports.Report]:
    return [replace(one, seconds=0.0, images_per_second=0.0) for one in reports.read_reports(folder)]


def test_there_is_a_snapshot_and_a_report_of_the_beginning_and_of_every_epoch(data, tmp_path) -> None:
    run(JOB, data, tmp_path)
    found = reports.read_reports(tmp_path)
    epochs = [0, 0.125, 0.25, 0.5, 1, 2, 3]
    assert [one.epoch for one in found] == epochs
    assert snapshots.count(tmp_path) == len(epochs)
    assert [snapshots.read(index, tmp_path).epoch for index in range(len(epochs))] == epochs
    assert found[-1].held_out.elbo > found[0].held_out.elbo + 20
    assert all(earlier.seconds < later.seconds for earlier, later in pairwise(found))
    assert found[0].images_per_second == 0
    for earlier, later in pairwise(found[3:]):
        expected = (later.epoch - earlier.epoch) * 1_500 / (later.seconds - earlier.seconds)
        assert later.images_per_second == pytest.approx(expected, rel=0.05)


def test_the_last_snapshot_is_the_model(data, tmp_path) -> None:
    run(JOB, data, tmp_path)
    checkpoint, last = load(tmp_path / "model.pt"), snapshots.read(6, tmp_path)
    assert (checkpoint.dataset, checkpoint.classes) == ("small-digits", tuple("abcdefghij"))
    shown = len(last.means)
    np.testing.assert_array_equal(last.means, checkpoint.latents.means[:shown].astype(np.float16))
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    own = snapshots.built(last, checkpoint.model_config, CPU).decode(z)
    assert torch.equal(own, checkpoint.build().decode(z))


@pytest.mark.parametrize("stopped", [1, 2])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(data, tmp_path, stopped) -> None:
    job = replace(JOB, training=replace(JOB.training, averaging=0.9))
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run(job, data, whole)
    run(job, data, parts, stopped)
    assert state_of(parts / "model.pt") == "interrupted"
    run(job, data, parts)
    first, second = load(whole / "model.pt").weights, load(parts / "model.pt").weights
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert without_clocks(whole) == without_clocks(parts)
    for index in range(snapshots.count(whole)):
        one, other = snapshots.path_of(index, whole), snapshots.path_of(index, parts)
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("likelihood", ["bernoulli", "mse"])
def test_reports_are_what_distributions_say(data, likelihood) -> None:
    config = replace(MODEL, likelihood=likelihood)
    torch.manual_seed(0)
    model = VAE(config).eval()
    train, held_out = Yardstick(data.train, data.test, likelihood, CPU).measure(model)
    for digits, losses in ((data.train, train), (data.test, held_out)):
        grey = torch.from_numpy(digits.images[:MEASURED])
        images = binarised_test_images(grey) if likelihood == "bernoulli" else grey.float() / 255
        mean, log_variance = model.encode(images)
        posterior = Normal(mean, (0.5 * log_variance).exp())
        divergence = kl_divergence(posterior, Normal(0.0, 1.0)).sum(dim=1).mean().item()
        noise = torch.randn(MEASURED, 2, generator=torch.Generator().manual_seed(1))[: len(images)]
        pixels = Bernoulli(logits=model.decode(mean + posterior.scale * noise))
        each = (pixels.probs - images).square() if likelihood == "mse" else -pixels.log_prob(images)
        cost = each.sum(dim=1).mean().item()
        assert astuple(losses) == pytest.approx((cost, divergence, -cost - divergence), rel=1e-5)


def test_a_plain_autoencoder_has_no_kl_divergence_and_no_elbo(data, tmp_path) -> None:
    run(replace(JOB, model=replace(MODEL, variational=False)), data, tmp_path, 1)
    last = reports.read_reports(tmp_path)[-1]
    assert (last.held_out.kl, last.held_out.elbo, last.beta) == (None, None, 0.0)
    assert np.isneginf(snapshots.read(4, tmp_path).log_variances).all()


def test_squared_errors_are_fitted_to_grey_values(digits, tmp_path) -> None:
    """Pictures that are grey all over: as binary noise they could not be fitted better than to 784/4."""
    grey = Digits(np.full_like(digits.images, 128), digits.labels)
    job = replace(JOB, model=replace(MODEL, likelihood="mse"), training=replace(JOB.training, epochs=1))
    fit = prepare_recorded(job, Dataset("mnist", "", grey, grey), CPU, tmp_path).fit
    (report,) = fit.epochs()
    assert report.losses["reconstruction"] < 100


@pytest.mark.parametrize("likelihood", ["bernoulli", "mse"])
def test_a_run_whose_loss_is_no_number_ends_at_once_and_spoils_nothing(data, tmp_path, likelihood) -> None:
    training = replace(JOB.training, epochs=50, learning_rate=1e6, warm_up=0.9)
    with pytest.raises(Diverged, match=r"^In epoch \d+ the loss stopped being a number: start again with a"):
        run(Job(replace(MODEL, likelihood=likelihood), training), data, tmp_path)
    found = reports.read_reports(tmp_path)
    assert len(found) == snapshots.count(tmp_path) >= 1
    figures = [value for one in found for value in astuple(one.held_out) if value is not None]
    assert all(map(math.isfinite, figures))
    for index in range(len(found)):
        snapshot = snapshots.read(index, tmp_path)
        assert all(torch.isfinite(value).all() for value in snapshot.decoder.values())
    if (tmp_path / "model.pt").exists():
        load(tmp_path / "model.pt")


@given(steps=st.integers(1, 5_000))
def test_early_snapshots_lie_within_the_first_epoch_in_order(steps) -> None:
    found = early_steps(steps)
    assert list(found) == sorted(found)
    assert all(0 < step < steps for step in found)
    assert [index for index, _ in found.values()] == list(range(1, len(found) + 1))
    for step, (_, epoch) in found.items():
        assert abs(step - epoch * steps) <= 0.5
    assert steps < 8 or len(found) == 3


def test_a_subset_is_of_the_digits_with_their_labels_and_the_seeds(digits) -> None:
    first, again, other = (subset(digits, 500, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.images, again.images)
    assert not np.array_equal(first.images, other.images)
    rows = {(image.tobytes(), int(label)) for image, label in zip(*digits, strict=True)}
    assert all((image.tobytes(), int(label)) in rows for image, label in zip(*first, strict=True))
    assert np.array_equal(subset(digits, 1_000, 0).images[:500], first.images)
    assert len(subset(digits, 10**6, 0).labels) == len(digits.labels)
