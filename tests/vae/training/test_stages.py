from dataclasses import replace

import pytest
import torch

from vae.config import ModelConfig, TrainingConfig
from vae.data import binarise
from vae.measure.inversion import log_likelihoods
from vae.measure.quality import continuity, metric
from vae.model.lookup import LookupEncoder
from vae.training import fitting, stages
from vae.training.fitting import EpochReport, ProgressError
from vae.training.stages import VAEFit

CPU = torch.device("cpu")
MODEL = ModelConfig(hidden=32, encoder_blocks=1, decoder_blocks=1)
CONFIG = TrainingConfig(epochs=6, batch_size=100, averaging=0.9)
LOOKUP = replace(MODEL, encoder="lookup", places=89)
LOOKED_UP = replace(CONFIG, averaging=0.0, learning_rate=4e-3, tied=0.5)


@pytest.fixture(autouse=True)
def single_precision(monkeypatch) -> None:
    """Equalities below are those of single precision, wherever the tests run."""
    monkeypatch.setattr(fitting, "bfloat16_pays", lambda device: False)


def run(fit: VAEFit, epochs: int = 99) -> list[EpochReport]:
    return [report for _, report in zip(range(epochs), fit.epochs(), strict=False)]


def same(first: VAEFit, second: VAEFit) -> bool:
    return all(torch.equal(value, second.weights()[name]) for name, value in first.weights().items())


def test_the_elbo_stage_learns(digits) -> None:
    reports = run(VAEFit(MODEL, TrainingConfig(epochs=8, batch_size=50, learning_rate=3e-3), digits, CPU))
    assert reports[-1].losses["loss"] < 0.6 * reports[0].losses["loss"]
    assert [report.epoch for report in reports] == list(range(1, 9))
    assert reports[0].losses["loss"] == pytest.approx(
        reports[0].losses["reconstruction"] + reports[0].losses["KL"], rel=1e-4
    )


def test_templates_follow_the_decoder_and_then_become_weights_of_their_own(digits) -> None:
    fit = VAEFit(LOOKUP, replace(LOOKED_UP, epochs=20), digits, CPU)
    encoder = fit.model.encoder
    assert isinstance(encoder, LookupEncoder)
    reports = fit.epochs()
    for _ in range(int(20 * LOOKED_UP.tied)):
        next(reports)
        assert encoder.templates.weight.grad is None
    followed = encoder.templates.weight.detach().clone()
    last = list(reports)[-1]
    assert encoder.templates.weight.grad is not None
    assert not torch.equal(followed, encoder.templates.weight)
    assert last.losses["loss"] < 200


def test_a_tied_lookup_encoder_is_bayes_rule_on_its_places(digits) -> None:
    """The templates' output is log p(x | z) at every place, up to a constant."""
    fit = VAEFit(LOOKUP, LOOKED_UP, digits, CPU)
    encoder = fit.model.encoder
    assert isinstance(encoder, LookupEncoder)
    logits = fit.model.decode(encoder.places)
    encoder.follow(logits)
    images = binarise(fit.images[:30], torch.Generator().manual_seed(0))
    difference = encoder.templates(images) - log_likelihoods(logits, images)
    torch.testing.assert_close(difference, difference[:1, :1].expand_as(difference), rtol=0, atol=0.01)


def test_a_plain_autoencoder_has_neither_noise_nor_kl(digits) -> None:
    plain = replace(MODEL, variational=False)
    config = TrainingConfig(epochs=2, batch_size=100, beta=5.0)
    fit = VAEFit(plain, config, digits, CPU)
    reports = run(fit)
    assert set(reports[-1].losses) == {"loss", "reconstruction"}
    other = VAEFit(plain, replace(config, beta=0.0), digits, CPU)
    run(other)
    assert same(fit, other)


PLAIN = replace(MODEL, variational=False)  # small networks learn to use the plane sooner without noise


def test_smoothness_makes_the_decoder_less_steep(digits) -> None:
    """At every seed, by the exact Jacobian at the codes; the loss reported stays without the penalty."""
    config = TrainingConfig(epochs=6, batch_size=50, learning_rate=3e-3)
    for seed in range(3):
        medians = []
        for smoothness in (0.0, 0.5):
            fit = VAEFit(PLAIN, replace(config, seed=seed, smoothness=smoothness), digits, CPU)
            losses = run(fit)[-1].losses
            assert losses["loss"] == losses["reconstruction"]
            model = fit.model.requires_grad_(False)
            medians.append(continuity(model, model.encode(fit.images[:500] / 255).mean).median)
        assert medians[1] < 0.8 * medians[0]


def test_the_reported_steepness_is_the_jacobians(digits, monkeypatch) -> None:
    fit = VAEFit(PLAIN, replace(CONFIG, epochs=3, smoothness=1e-3), digits, CPU)
    run(fit)
    monkeypatch.setattr(stages, "PROBED", 1.0)
    rows, generator = torch.arange(len(fit.images)), torch.Generator().manual_seed(0)
    reported = float(fit.gradient(rows, generator)["steepness"].detach())
    model = fit.model.requires_grad_(False)
    z = model.encode(binarise(fit.images, torch.Generator().manual_seed(0))).mean
    exact = metric(model, z).diagonal(dim1=1, dim2=2).mean()
    assert exact > 1
    assert reported == pytest.approx(float(exact), rel=0.1)  # random directions


def test_with_mse_the_reconstruction_is_a_squared_error(digits) -> None:
    reports = run(
        VAEFit(replace(MODEL, likelihood="mse"), TrainingConfig(epochs=1, batch_size=100), digits, CPU)
    )
    assert 0 < reports[0].losses["reconstruction"] < 784


def test_annealing_raises_beta_epoch_by_epoch(digits) -> None:
    config = TrainingConfig(epochs=4, batch_size=100, beta=4.0, beta_schedule="linear", annealing_epochs=3)
    betas = [report.losses["beta"] for report in run(VAEFit(MODEL, config, digits, CPU))]
    assert betas == sorted(betas)
    assert 0 < betas[0] < 2
    assert betas[-1] == pytest.approx(4.0)


def test_same_seed_same_weights_other_seed_other_weights(digits) -> None:
    first, second = VAEFit(MODEL, CONFIG, digits, CPU), VAEFit(MODEL, CONFIG, digits, CPU)
    assert run(first)[-1].losses == run(second)[-1].losses
    assert same(first, second)
    other = VAEFit(MODEL, replace(CONFIG, seed=1), digits, CPU)
    run(other)
    assert not same(first, other)


@pytest.mark.parametrize("interrupted_after", [1, 3, 5])
@pytest.mark.parametrize(("model", "config"), [(MODEL, CONFIG), (LOOKUP, LOOKED_UP)], ids=["mlp", "lookup"])
def test_a_resumed_run_ends_with_the_same_weights(digits, interrupted_after, model, config) -> None:
    whole = VAEFit(model, config, digits, CPU)
    run(whole)
    first = VAEFit(model, config, digits, CPU)
    run(first, interrupted_after)
    progress = first.progress()
    second = VAEFit(model, config, digits, CPU)
    second.restore(progress)
    reports = run(second)
    assert [report.epoch for report in reports] == list(range(interrupted_after + 1, 7))
    assert same(whole, second)


def test_other_settings_are_not_resumed(digits) -> None:
    fit = VAEFit(MODEL, CONFIG, digits, CPU)
    run(fit, 1)
    with pytest.raises(ProgressError, match="other settings"):
        VAEFit(MODEL, replace(CONFIG, seed=1), digits, CPU).restore(fit.progress())


def test_averaged_weights_lag_behind_the_last_ones(digits) -> None:
    fit = VAEFit(MODEL, TrainingConfig(epochs=1, batch_size=100, averaging=0.99), digits, CPU)
    run(fit)
    assert set(fit.weights()) == set(fit.model.state_dict())
    name = "decoder.last.weight"
    assert not torch.equal(fit.weights()[name], fit.model.state_dict()[name])
