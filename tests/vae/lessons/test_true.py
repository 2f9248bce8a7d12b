"""What the shipped lessons reveal is true of the shipped models: the figures of their texts, measured again.

Each test names a step; the numbers it compares with stand in the step's `reveal`.
"""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vae.data import Digits, load_mnist, to_unit
from vae.lessons.lesson import Choice, Circle, Order, Point
from vae.lessons.reading import lessons_in
from vae.measure import belonging, predictions
from vae.measure.geodesic import picture_space
from vae.measure.quality import CONFIDENT
from vae.measure.traversal import DigitDensity, traverse
from vae.measure.variations import variations
from vae.model import checkpoint, ladder
from vae.model.classifier import Classifier, class_probabilities, find_classifier
from vae.model.network import VAE, decode_all, encode_all
from vae.pictures.spoiled import spoiled
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import class_shares, nearest
from vae.plane.paths import straight
from vae.plane.prior import prior_draws

CHECKPOINTS = Path(__file__).parents[3] / "checkpoints"
LESSONS, _ = lessons_in(CHECKPOINTS.parent / "lessons")
STEPS = {language: {s.id: s for s in LESSONS[f"long.{language}"].steps} for language in ("en", "de")}


def says(step: str, *numbers: str) -> None:
    """That the reveal of a step has these numbers in both languages, as whole numbers of their own."""
    for language, mark in (("en", "."), ("de", ",")):
        text = STEPS[language][step].reveal
        for number in numbers:
            written = re.escape(number.replace(".", mark))
            assert re.search(rf"(?<![\d.,]){written}(?![.,]?\d)", text), (language, number, text)


def right(step: str) -> str:
    ask = STEPS["en"][step].ask
    assert isinstance(ask, Choice)
    return ask.options[ask.answer]


@cache
def kept(name: str) -> checkpoint.Checkpoint:
    beta = ladder.beta_of(name)
    return checkpoint.load(CHECKPOINTS / (f"{name}.pt" if beta is None else ladder.file(beta)))


def rung(beta: float) -> checkpoint.Checkpoint:
    return kept(ladder.name(beta))


@cache
def vae() -> VAE:
    return kept("vae").build()


@cache
def judge() -> Classifier:
    found = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def held_out(mnist: Path) -> Digits:
    return load_mnist("test", mnist)


def read_as(pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The digit that the judge names in each picture, -1 where it names none."""
    highest, digits = class_probabilities(judge(), torch.from_numpy(pictures.astype(np.float32) / 255)).max(
        dim=1
    )
    found: NDArray[np.int64] = torch.where(highest >= CONFIDENT, digits, -1).numpy()
    return found


def redrawn(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the decoder draws at the mean of each image."""
    pictures: NDArray[np.uint8] = decode_all(vae(), encode_all(vae(), to_unit(images)).mean).numpy()
    return pictures


def distances(name: str) -> NDArray[np.float32]:
    return np.linalg.norm(kept(name).latents.means, axis=1)


def test_bottleneck(held_out: Digits) -> None:
    share = (read_as(redrawn(held_out.images[::5])) == held_out.labels[::5]).mean()
    assert share == pytest.approx(0.93, abs=0.01)
    says("bottleneck", "93")
    assert right("bottleneck") == "For more than 9 in 10"


def test_plane() -> None:
    latents = kept("vae").latents
    places = prior_draws(1000, seed=0)
    shares = np.array(
        [class_shares(latents.labels[nearest(latents.means, z, NEIGHBOURS)[0]]) for z in places.numpy()]
    )
    is_clear = shares.max(axis=1) >= 0.5
    read = read_as(decode_all(vae(), places).numpy())
    agree = (read == shares.argmax(axis=1))[is_clear]
    assert agree.mean() == pytest.approx(0.9, abs=0.03)
    asked = STEPS["en"]["plane"].ask
    assert isinstance(asked, Point)
    of_class = shares[is_clear].argmax(axis=1) == int(str(asked.where))
    assert agree[of_class].mean() > 0.85
    says("plane", "9", "10")


def test_distribution(held_out: Digits) -> None:
    growth = predictions.ellipse_growth(vae(), held_out.images[:1000])
    changes = [predictions.changed(factor) for factor in growth.tolist()]
    assert 100 * changes.count("grows") / len(changes) == pytest.approx(56, abs=0.5)
    assert 100 * changes.count("shrinks") / len(changes) == pytest.approx(36, abs=0.6)
    says("distribution", "56", "36")


def test_two_terms_and_the_bound() -> None:
    saved = kept("vae")
    scores = belonging.load(saved, belonging.file_of(CHECKPOINTS / "vae.pt"))
    assert scores is not None
    means, log_variances = (
        part.astype(np.float64) for part in (saved.latents.means, saved.latents.log_variances)
    )
    kl = 0.5 * (means**2 + np.exp(log_variances) - 1 - log_variances).sum(axis=1)
    # at the mean of its posterior an image costs less than on average over it
    assert (scores.reconstruction["test"] > 2 * kl).all()
    figures = saved.figures
    says("two-terms", f"{figures['reconstruction_nats']:.1f}", f"{figures['kl_nats']:.1f}")
    says("bound", f"{figures['log_likelihood_nats'] - figures['elbo_nats']:.1f}")
    assert right("two-terms") == "The reconstruction"


def test_continuity() -> None:
    own, plain = (kept(name).figures for name in ("vae", "autoencoder"))
    says("continuity", *(f"{100 * figures['walks_named']:.0f}" for figures in (own, plain)))
    says("continuity", *(f"{figures['walks_jump']:.0f}" for figures in (own, plain)))
    margins = [figures["walks_named_margin"] for figures in (own, plain)]
    assert own["walks_named"] - plain["walks_named"] > sum(margins)
    assert own["walks_jump"] - plain["walks_jump"] > 0
    assert own["walks_pairs"] == plain["walks_pairs"] == 1000


def test_geodesic() -> None:
    latents = kept("vae").latents
    space, density = picture_space(vae(), latents.means), DigitDensity(latents.means)
    saved = []
    for pair in latents.shown_pairs[:8]:
        a, b = (tuple(latents.means[index].tolist()) for index in pair)
        curve, line = (
            traverse(vae(), points, density).picture_lengths[-1]
            for points in (space.geodesic(a, b, 200).points, straight(a, b, 200))
        )
        saved.append(1 - curve / line)
    assert (np.array(saved) >= 0.005).mean() >= 0.9
    assert np.mean(saved) == pytest.approx(0.18, abs=0.04)
    assert saved[1] > 0.2  # the pair that the step opens
    says("geodesic", "95", "100", "18")


def test_gaps() -> None:
    far, farthest = 100 * (distances("autoencoder") > 3).mean(), distances("autoencoder").max()
    says("gaps", f"{far:.0f}", f"{farthest:.0f}", f"{100 * (distances('vae') > 3).mean():.1f}")


def test_completeness_and_what_beta_buys() -> None:
    shares = {beta: f"{100 * rung(beta).figures['completeness']:.0f}" for beta in (0, 1, 8, 16)}
    says("completeness", shares[0], shares[1])
    says("trade", shares[8], shares[1], shares[16])
    assert rung(8).figures["reconstruction_nats"] > rung(1).figures["reconstruction_nats"]
    sizes = [(rung(beta).size("encoder"), rung(beta).size("decoder")) for beta in (0, 1)]
    assert sizes[0][1] == sizes[1][1]
    assert (rung(0).model_config.hidden, rung(0).model_config.encoder) == (240, "mlp")
    assert (rung(1).model_config.hidden, rung(1).model_config.encoder) == (240, "mlp")


def test_beta() -> None:
    ask = STEPS["en"]["beta"].ask
    assert isinstance(ask, Order)
    betas = [float(item.removeprefix("β = ")) for item in ask.items]
    figures = [rung(beta).figures for beta in betas]
    told = [each["kl_nats"] for each in figures]
    assert told == sorted(told, reverse=True)
    says("beta", *(f"{nats:.1f}" for nats in told))
    says("beta", *(f"{each['reconstruction_nats']:.0f}" for each in figures))


def test_collapse() -> None:
    saved = rung(32)
    ask = STEPS["en"]["collapse"].ask
    assert isinstance(ask, Point)
    assert isinstance(ask.where, Circle)
    middle = np.array([ask.where.z1, ask.where.z2])
    farthest = np.linalg.norm(saved.latents.means - middle, axis=1).max()
    assert farthest < 0.4 < ask.where.radius
    assert f"{saved.figures['kl_nats']:.2f}" == "0.00"
    assert (saved.figures["completeness"], saved.figures["completeness_of"]) == (0, 10_000)
    says("collapse", "0.4", "0.00")


def test_annealing() -> None:
    """While beta is small the KL divergence is larger than at beta = 1: the ladder's rungs."""
    told = [rung(beta).figures["kl_nats"] for beta in (0.1, 0.25, 0.5, 1)]
    assert told == sorted(told, reverse=True)
    assert right("annealing") == "Higher"


def test_generation() -> None:
    radii = [f"{math.sqrt(-2 * math.log(1 - share)):.2f}" for share in (0.5, 0.99)]
    says("generation", *radii, f"{100 * kept('vae').figures['completeness']:.0f}")


def test_denoising(held_out: Digits) -> None:
    clean, labels = held_out.images[:1000], held_out.labels[:1000]
    share = float(STEPS["en"]["denoising"].address["noise"])
    seen = np.stack([spoiled(image, share) for image in clean])
    drawn = redrawn(seen)
    errors = [np.square(pictures.astype(np.float64) - clean).mean(axis=1) for pictures in (seen, drawn)]
    assert 100 * (read_as(drawn) == labels).mean() == pytest.approx(8, abs=1)
    assert 100 * (errors[1] < errors[0]).mean() == pytest.approx(88, abs=1)
    says("denoising", "8", "88")


def test_anomalies() -> None:
    scores = belonging.load(kept("vae"), belonging.file_of(CHECKPOINTS / "vae.pt"))
    assert scores is not None
    places = torch.cartesian_prod(*[torch.linspace(-4, 4, 81)] * 2)
    likely = of_a_blank(places)
    near, step = places[likely > likely.max() - 20], 0.02
    axes = zip((near.amin(dim=0) - 0.1).tolist(), (near.amax(dim=0) + 0.1).tolist(), strict=True)
    finer = of_a_blank(torch.cartesian_prod(*(torch.arange(low, high, step) for low, high in axes)))
    empty = float(torch.logsumexp(finer, 0)) + 2 * math.log(step)
    assert 100 * (scores.log_likelihood["test"] < empty).mean() == pytest.approx(93, abs=0.5)
    says("anomalies", "93", "100")


@torch.inference_mode()
def of_a_blank(places: torch.Tensor) -> torch.Tensor:
    """log p(x | z) p(z) in nats of a picture without ink, at places (n, 2): the pixels' log(1 - p) summed."""
    logits = torch.cat([vae().decode(part) for part in places.split(2000)]).double()
    prior = -places.double().square().sum(dim=1) / 2 - math.log(2 * math.pi)
    return prior - torch.nn.functional.softplus(logits).sum(dim=1)


def test_augmentation(held_out: Digits) -> None:
    usual = float(STEPS["en"]["augmentation"].address["temperature"])
    assert kept_labels(held_out, usual) > 0.9
    assert kept_labels(held_out, 30.0) < 0.5
    says("augmentation", "90", "50", "30")


def kept_labels(held_out: Digits, temperature: float) -> float:
    """Of 20 variations of each of 50 digits the share that is read as the digit's label."""
    shares = []
    for image, label in zip(held_out.images[3::200], held_out.labels[3::200], strict=True):
        verdicts = variations(vae(), image, 20, temperature, judge()).verdicts
        shares.append(np.mean([verdict.named and verdict.digit == label for verdict in verdicts]))
    return float(np.mean(shares))
