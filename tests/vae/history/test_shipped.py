"""The history that comes with the program: whole, small, and what a fresh measurement gives."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
import torch

from vae.bench.server import ROOT
from vae.data import load_mnist
from vae.history import reports, snapshots
from vae.history.job import read_job
from vae.history.recipes import RECIPES
from vae.history.yardstick import MEASURED, Yardstick
from vae.model.checkpoint import load
from vae.model.network import Posterior, decode_all, reparameterise
from vae.model.objective import kl_divergence, reconstruction
from vae.training.recorded import MODEL, early_steps, subset

CPU = torch.device("cpu")
FOLDER = ROOT / "checkpoints" / "history"
LARGEST = 6_000_000  # bytes


def test_it_is_the_default_recipes_and_has_every_snapshot() -> None:
    job, checkpoint = read_job(FOLDER), load(FOLDER / MODEL)
    assert job == RECIPES["vae"]
    assert (checkpoint.model_config, checkpoint.training_config) == (job.model, job.training)
    assert checkpoint.progress is None
    early = [epoch for _, epoch in early_steps(job.images // job.training.batch_size).values()]
    epochs = [0.0, *early, *(float(epoch) for epoch in range(1, job.training.epochs + 1))]
    assert [report.epoch for report in reports.read_reports(FOLDER)] == epochs
    assert [snapshots.read(index, FOLDER).epoch for index in range(len(epochs))] == epochs
    assert snapshots.count(FOLDER) == len(epochs)


def test_it_holds_nothing_else_and_is_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".lock"]
    names = {path.name for path in files if path.parent == FOLDER}
    assert names == {"job.json", "reports.jsonl", MODEL}
    assert sum(path.stat().st_size for path in files) <= LARGEST


def test_every_snapshot_decodes_and_the_last_is_the_model() -> None:
    checkpoint = load(FOLDER / MODEL)
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    drawn = []
    for index in range(snapshots.count(FOLDER)):
        snapshot = snapshots.read(index, FOLDER)
        drawn.append(decode_all(snapshots.built(snapshot, checkpoint.model_config, CPU), z))
        assert snapshot.means.shape == snapshot.log_variances.shape == (snapshots.SHOWN, 2)
        assert np.isfinite(snapshot.means).all()
    assert all(not torch.equal(one, other) for one, other in pairwise(drawn))
    assert torch.equal(drawn[-1], decode_all(checkpoint.build(), z))
    shown = checkpoint.latents.means[: snapshots.SHOWN].astype(np.float16)
    np.testing.assert_array_equal(snapshot.means, shown)


@pytest.mark.usefixtures("mnist")
def test_the_last_report_is_what_the_model_gives() -> None:
    job, checkpoint = read_job(FOLDER), load(FOLDER / MODEL)
    train = subset(load_mnist("train"), job.images, job.training.seed)
    yardstick = Yardstick(train, load_mnist("test"), job.model.likelihood, CPU)
    last = reports.read_reports(FOLDER)[-1]
    for fresh, written in zip(
        yardstick.measure(checkpoint.build()), (last.train, last.held_out), strict=True
    ):
        assert astuple(fresh) == pytest.approx(astuple(written), abs=0.01)
    assert last.held_out.elbo > -146.5


@pytest.mark.usefixtures("mnist")
def test_every_report_is_what_the_snapshot_gives() -> None:
    """A snapshot's posteriors are those of grey images and reports' those of binary ones: not quite equal."""
    config = read_job(FOLDER).model
    test = load_mnist("test")
    images = Yardstick(test, test, config.likelihood, CPU).held_out
    for index, report in enumerate(reports.read_reports(FOLDER)):
        snapshot = snapshots.read(index, FOLDER)
        halves = snapshot.means[:MEASURED], snapshot.log_variances[:MEASURED]
        posterior = Posterior(*(torch.from_numpy(half).float() for half in halves))
        z = reparameterise(posterior, torch.Generator().manual_seed(2))
        with torch.inference_mode():
            logits = snapshots.built(snapshot, config, CPU).decode(z)
        cost = float(reconstruction(config.likelihood, logits, images).mean())
        divergence = float(kl_divergence(*posterior).mean())
        assert report.held_out.kl == pytest.approx(divergence, abs=0.5), report.epoch
        assert report.held_out.reconstruction == pytest.approx(cost, abs=4), report.epoch
