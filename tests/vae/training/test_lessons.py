"""The lessons of the recipes, seen: real digits, the recipes' objectives, far fewer steps.

What the recipes end with stands in vae/history/recipes.py; lessons that take a whole run are those of
test_whole_runs.py.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from pages.components.training.questions import CHANCE
from pages.components.training.words import recipe as said
from vae.config import LATENT_DIM, PIXELS, ModelConfig, TrainingConfig
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


def trained(
    job: Job, train: Digits, held_out: Digits, epochs: int | None = None
) -> tuple[VAE, Losses, Losses]:
    """The model of a job after its first epochs, or all; what it loses on training and on held-out images."""
    digits = subset(train, job.images, job.training.seed)
    fit = VAEFit(job.model, job.training, digits, CPU)
    for _ in islice(fit.epochs(), epochs):
        pass
    model = fit.model.eval().requires_grad_(False)
    return model, *Yardstick(digits, held_out, job.model.likelihood, CPU).measure(model)


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
    model, _, losses = trained(shorter("collapse", seed, beta=16.0), train, held_out)
    saved, _, kept = trained(shorter("annealed", seed, beta=16.0, annealing_epochs=6), train, held_out)
    assert losses.kl < 0.1 < 0.4 < kept.kl
    assert contrast(model) < 1 < 5 < contrast(saved)
    assert kept.reconstruction < losses.reconstruction - 5


@pytest.mark.parametrize("seed", SEEDS)
def test_without_noise_and_kl_divergence_reconstructions_are_better(train, held_out, seed) -> None:
    ours, theirs = (
        trained(replace(shorter(recipe, seed), images=5_000), train, held_out)[2]
        for recipe in ("vae", "autoencoder")
    )
    assert theirs.kl is theirs.elbo is None
    assert theirs.reconstruction < ours.reconstruction - 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_with_batch_normalisation_the_plane_is_used_sooner(train, held_out, seed) -> None:
    """The recipes themselves, as far as their first epoch."""
    plain, normalised = RECIPES["vae"], RECIPES["batch-norm"]
    assert replace(normalised.model, batch_norm=False) == plain.model
    assert normalised.training == plain.training
    assert "after the first epoch the KL divergence is larger" in said("batch-norm").seen
    without, with_it = (
        trained(replace(job, training=replace(job.training, seed=seed)), train, held_out, epochs=1)[2]
        for job in (plain, normalised)
    )
    assert with_it.kl > without.kl + 0.5


def test_convolutions_have_half_the_weights_and_27_times_the_arithmetic() -> None:
    conv, dense = RECIPES["conv"], RECIPES["vae"]
    assert f"on {conv.images:,} images: half the weights, but 27 times the arithmetic" in said("conv").seen
    (weights, sums), (usual_weights, usual_sums) = (size(VAE(job.model).eval()) for job in (conv, dense))
    assert weights / usual_weights == pytest.approx(0.5, abs=0.05)
    assert round(sums / usual_sums) == 27


def size(model: VAE) -> tuple[int, int]:
    """Weights, and multiplications and additions of one pass of one image."""
    with FlopCounterMode(display=False) as counted:
        model(torch.zeros(1, PIXELS))
    return sum(parameter.numel() for parameter in model.parameters()), counted.get_total_flops()


def test_the_network_of_lectures_has_one_hidden_layer_of_400_units_in_each_half() -> None:
    assert said("lecture").seen.endswith("one hidden layer of 400 units in each half.")
    model = VAE(RECIPES["lecture"].model)
    widths = [
        [(layer.in_features, layer.out_features) for layer in half.modules() if isinstance(layer, nn.Linear)]
        for half in (model.encoder, model.decoder)
    ]
    assert widths == [[(PIXELS, 400), (400, 2 * LATENT_DIM)], [(LATENT_DIM, 400), (400, PIXELS)]]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_few_images_are_learned_by_heart(train, held_out, seed) -> None:
    """What the question of "lecture" asks for would be seen; test_whole_runs.py: not of 60,000 images."""
    lecture = RECIPES["lecture"]
    training = replace(lecture.training, epochs=60, batch_size=32, seed=seed)
    _, known, new = trained(replace(lecture, training=training, images=500), train, held_out)
    assert known.elbo > new.elbo + CHANCE
