from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import sem

from vae.config import ModelConfig, TrainingConfig
from vae.data import Digits, binarised_test_images, load_mnist
from vae.measure import evaluation
from vae.measure.evidence import elbo
from vae.measure.quadrature import Quadrature
from vae.measure.traversal import DigitDensity
from vae.measure.walks import walks
from vae.model import ladder
from vae.model.checkpoint import Checkpoint, Latents, load
from vae.model.classifier import Classifier
from vae.model.network import VAE
from vae.plane.pairs import pairs

CPU = torch.device("cpu")
RUNGS = [ladder.file(beta).removesuffix(".pt") for beta in ladder.BETAS]
SHIPPED = ["vae", *RUNGS]


def checkpoint_of(digits, variational: bool) -> Checkpoint:
    config = ModelConfig(variational=variational, hidden=8, encoder_blocks=1, decoder_blocks=1)
    n = len(digits.labels)
    means = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    latents = Latents(means, np.zeros_like(means), digits.labels)
    torch.manual_seed(0)
    return Checkpoint(config, TrainingConfig(), VAE(config).state_dict(), latents)


# The search for lattices that agree begins coarse: the random decoders here are smooth.
COARSER = evaluation.FULL._replace(lattice=0.16)


@pytest.fixture(scope="module")
def few(digits) -> Digits:
    return Digits(digits.images[:20], digits.labels[:20])


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """What `figures` was told while it was measured."""
    return []


@pytest.fixture(scope="module")
def figures(few, heard) -> evaluation.Figures:
    return evaluation.evaluate(checkpoint_of(few, True), few, CPU, None, 50, heard.append, COARSER, gaps=True)


def test_the_gaps_add_up(figures) -> None:
    lacking = figures["log_likelihood_check_nats"] - figures["elbo_nats"]
    assert figures["approximation_gap_nats"] + figures["amortisation_gap_nats"] == pytest.approx(lacking)
    assert figures["approximation_gap_nats"] > -0.2  # the ELBO is estimated with samples
    assert figures["elbo_nats"] < figures["best_elbo_nats"]  # an encoder that was never trained
    assert "Amortisation gap" in evaluation.as_text(figures)


def test_without_an_exact_log_likelihood_there_is_no_approximation_gap(few) -> None:
    model = checkpoint_of(few, True).build()
    images = binarised_test_images(torch.from_numpy(few.images))
    rough = {"elbo_nats": -500.0, "log_likelihood_check_nats": -600.0, "log_likelihood_error_nats": 3.0}
    gaps = evaluation.gap_figures(model.decode, images, rough)
    assert set(gaps) == {"best_elbo_nats", "amortisation_gap_nats"}


def test_figures_of_a_vae(figures, heard) -> None:
    assert figures["elbo_nats"] <= figures["iwae_nats"] + 0.1 <= figures["log_likelihood_nats"] + 0.2
    assert figures["iwae_samples"] == 50
    difference = abs(figures["log_likelihood_nats"] - figures["log_likelihood_check_nats"])
    assert difference <= figures["log_likelihood_error_nats"] < 0.01
    assert figures["log_likelihood_radius"] == 8.25
    assert 0 <= figures["knn_accuracy"] <= 1
    assert len(heard) == 5
    text = evaluation.as_text(figures)
    assert f"{figures['elbo_nats']:.3f} nats" in text
    assert f"{100 * figures['knn_accuracy']:.3f} %" in text


def test_a_plain_autoencoder_has_no_kl_no_elbo_and_no_gaps(few) -> None:
    plain = checkpoint_of(few, False)
    measured = evaluation.evaluate(plain, few, CPU, iwae_samples=50, effort=COARSER, gaps=True)
    assert not {"kl_nats", "elbo_nats", "iwae_nats"} & set(measured)
    assert not {"best_elbo_nats", "approximation_gap_nats", "amortisation_gap_nats"} & set(measured)
    assert "log_likelihood_nats" in measured


def test_a_model_trained_by_the_squared_error_is_not_scored_as_a_bernoulli_one(few, heard) -> None:
    trained = checkpoint_of(few, True)
    gaussian = replace(trained, model_config=replace(trained.model_config, likelihood="mse"))
    measured = evaluation.evaluate(gaussian, few, CPU, iwae_samples=50, effort=COARSER)
    assert measured.keys() == {"kl_nats", "knn_accuracy", "continuity_median", "continuity_ratio"}


def test_walks_are_recorded_with_their_margins(digits) -> None:
    checkpoint = checkpoint_of(digits, True)
    judge = Classifier().eval()
    measured = evaluation.walk_figures(checkpoint.build(), checkpoint.latents, judge, 12)
    ends = pairs(digits.labels, 12, 0)
    density = DigitDensity(checkpoint.latents.means)
    seen = walks(checkpoint.build(), checkpoint.latents, density, judge, ends)
    assert measured["walks_pairs"] == 12
    assert measured["walks_jump"] == pytest.approx(seen.jump.mean())
    assert measured["walks_jump_margin"] == pytest.approx(1.96 * sem(seen.jump), rel=1e-3)
    assert {f"walks_{kind}{part}" for kind in seen._fields for part in ("", "_margin")} <= measured.keys()


def test_digits_of_one_kind_have_no_walks(few) -> None:
    alike = checkpoint_of(Digits(few.images, np.zeros_like(few.labels)), True)
    assert evaluation.walk_figures(alike.build(), alike.latents, Classifier().eval()) == {}


def test_a_foreign_decoder_is_measured_like_our_own(few, figures) -> None:
    foreign = evaluation.evaluate_foreign(checkpoint_of(few, True).build().decode, few, CPU, effort=COARSER)
    for name in ("log_likelihood_nats", "log_likelihood_radius", "lattice_spacing"):
        assert foreign[name] == figures[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_checkpoints_carry_their_figures(name, request) -> None:
    checkpoint = load(request.config.rootpath / "checkpoints" / f"{name}.pt")
    assert checkpoint.progress is None
    assert len(checkpoint.latents.labels) == 10_000
    figures = {"reconstruction_nats", "log_likelihood_nats", "knn_accuracy"}
    assert figures | {"completeness", "completeness_fitted"} <= set(checkpoint.figures)
    provenance = {"command", "seed", "data_sha256", "seconds", "device", "torch"}
    assert provenance <= set(checkpoint.provenance)
    assert checkpoint.provenance["training_images"] == 60_000
    assert checkpoint.model_config.variational == (name != "autoencoder")


def test_the_shipped_vae_is_as_good_as_it_says(mnist, request) -> None:
    """The ELBO of all test images is as recorded, and so is what it lacks to log p(x), on 250 of them.

    What an image's ELBO lacks varies so little that 250 tell log p(x) to 0.3 nats; 1,000 by themselves: to 5.
    """
    checkpoint = load(request.config.rootpath / "checkpoints" / "vae.pt")
    model = checkpoint.build()
    images = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images))
    recorded = checkpoint.figures["elbo_nats"]
    assert elbo(model, images, samples=1).elbo == pytest.approx(recorded, abs=0.1)
    few = images[:250]
    exact = Quadrature(model.decode, few).log_likelihood(0.02)
    gap = float(exact.mean()) - elbo(model, few, samples=4).elbo
    assert gap == pytest.approx(checkpoint.figures["log_likelihood_nats"] - recorded, abs=0.2)
    assert checkpoint.figures["log_likelihood_check_nats"] >= -117
    assert checkpoint.figures["elbo_nats"] >= -128
    assert checkpoint.figures["completeness"] >= 0.88
