"""The lessons of the recipes, seen: real digits, the recipes' networks and objectives, far fewer steps.

What the recipes themselves end with, over three seeds, stands in vae/history/recipes.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, load_mnist
from vae.history.job import Job
from vae.history.recipes import RECIPES
from vae.history.reports import Losses
from vae.history.yardstick import Yardstick
from vae.model.network import VAE, decode_all
from vae.training.recorded import subset
from vae.training.stages import VAEFit

CPU = torch.device("cpu")
MODEL = ModelConfig(hidden=64, encoder_blocks=0, decoder_blocks=1)
SEEDS = (0, 1)


@pytest.fixture(scope="module")
def train(mnist) -> Digits:
    return load_mnist("train", mnist)


@pytest.fixture(scope="module")
def held_out(mnist) -> Digits:
    return load_mnist("test", mnist)


def trained(job: Job, train: Digits, held_out: Digits) -> tuple[VAE, Losses]:
    """The model of a job, and what it loses on held-out images."""
    digits = subset(train, job.images, job.training.seed)
    fit = VAEFit(job.model, job.training, digits, CPU)
    for _ in fit.epochs():
        pass
    model = fit.model.eval().requires_grad_(False)
    return model, Yardstick(digits, held_out, job.model.likelihood, CPU).measure(model)[1]


def shorter(recipe: str, seed: int, **training: float) -> Job:
    """A recipe with a small network, fewer images and fewer epochs."""
    job = RECIPES[recipe]
    steps = TrainingConfig(
        epochs=8, batch_size=64, learning_rate=3e-3, beta_schedule=job.training.beta_schedule, seed=seed
    )
    model = replace(MODEL, variational=job.model.variational)
    return Job(model, replace(steps, **training), images=10_000)


def contrast(model: VAE) -> float:
    """How much pictures differ from place to place: the deviation of a pixel's grey value, mean over all."""
    z = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    return float(decode_all(model, z).float().std(dim=0).mean())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_weight_too_high_from_the_start_collapses_and_annealing_saves_it(train, held_out, seed) -> None:
    collapse, annealed = RECIPES["collapse"], RECIPES["annealed"]
    schedule = {"beta_schedule": "constant", "annealing_epochs": 0}
    assert replace(annealed.training, **schedule) == collapse.training
    assert annealed.model == collapse.model
    assert annealed.images == collapse.images
    model, losses = trained(shorter("collapse", seed, beta=16.0), train, held_out)
    saved, kept = trained(shorter("annealed", seed, beta=16.0, annealing_epochs=6), train, held_out)
    assert losses.kl < 0.1 < 0.4 < kept.kl
    assert contrast(model) < 1 < 5 < contrast(saved)
    assert kept.reconstruction < losses.reconstruction - 5


@pytest.mark.parametrize("seed", SEEDS)
def test_without_noise_and_kl_divergence_reconstructions_are_better(train, held_out, seed) -> None:
    ours, theirs = (
        trained(replace(shorter(recipe, seed), images=5_000), train, held_out)[1]
        for recipe in ("vae", "autoencoder")
    )
    assert theirs.kl is theirs.elbo is None
    assert theirs.reconstruction < ours.reconstruction - 1
