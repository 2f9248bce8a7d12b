"""All figures of a checkpoint on its held-out images, in one place: every reader quotes the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from vae.data import Digits, binarised_test_images
from vae.measure.evidence import RADII, converged_log_likelihood, elbo, elbo_of, iwae
from vae.measure.intervals import wilson
from vae.measure.inversion import Decoder, invert
from vae.measure.measures import FINER, MARGIN, OF, TABLE, Measure, is_exact, label
from vae.measure.quality import Completeness, completeness, continuity, knn_accuracy
from vae.measure.traversal import DigitDensity
from vae.measure.walks import summary, walks
from vae.model.checkpoint import Checkpoint, Latents
from vae.model.classifier import Classifier
from vae.model.network import VAE, Posterior, reparameterise
from vae.plane.box import data_box
from vae.plane.lattices import Points
from vae.plane.pairs import PAIRS, SEED, pairs
from vae.plane.prior import box_draws, fitted_draws, prior_draws

Figures = dict[str, float]

QUICK_IMAGES = 1000  # the first of the test set


class Effort(NamedTuple):
    """What measuring may cost."""

    draws: int  # from the prior, for completeness
    places: int  # for continuity, at draws from as many test images' posteriors
    pairs: int  # of test digits, walked between
    lattice: float  # the first spacing tried for log p(x)
    finest: float  # and the last
    widest: float  # radius of the disc for log p(x)
    confirm: bool  # measure a ring where a look finds nothing, too
    judged: int  # pictures of each kind that is no digit, for the classifier


FULL = Effort(
    draws=10_000,
    places=10_000,
    pairs=PAIRS,
    lattice=0.04,
    finest=0.005,
    widest=RADII[-1],
    confirm=True,
    judged=2000,
)
QUICK = Effort(
    draws=1000,
    places=1000,
    pairs=100,
    lattice=0.08,
    finest=0.04,
    widest=RADII[1],
    confirm=False,
    judged=200,
)

NO_LIKELIHOOD = (
    "This model was trained by the squared error, that is with Gaussian pixels: its nats would be those of "
    "densities, not comparable with the others', so reconstruction, ELBO and log p(x) are left out."
)

# Printed as null for a model that has no such figure.
ALWAYS_NAMED = (
    "reconstruction_nats",
    "kl_nats",
    "elbo_nats",
    "log_likelihood_nats",
    "log_likelihood_check_nats",
    "knn_accuracy",
)


def evaluate(
    checkpoint: Checkpoint,
    test: Digits,
    device: torch.device,
    classifier: Classifier | None = None,
    iwae_samples: int = 0,
    on_step: Callable[[str], None] = lambda name: None,
    effort: Effort = FULL,
    gaps: bool = False,
) -> Figures:
    """Figures of a checkpoint on `test`, in nats per image where not stated; `on_step` hears what begins.

    Images are binarised by sampling each pixel once with its grey value as probability, seed 0; a model that
    was trained by the squared error sees their grey values, as it did then. Figures that do not exist are
    left out: a plain autoencoder has no KL divergence, ELBO or IWAE bound, without labels none is counted,
    without a classifier (on `device`) there are neither completeness nor walks, and of a model that was
    trained by the squared error nothing is told that counts the likelihood of pixels (`NO_LIKELIHOOD`).
    `gaps` adds `gap_figures`.
    """
    model = checkpoint.build(device)
    bernoulli = checkpoint.model_config.likelihood == "bernoulli"
    grey = torch.from_numpy(test.images)
    images = (binarised_test_images(grey) if bernoulli else grey / 255).to(device)
    on_step("ELBO")
    bounds = elbo(model, images)
    figures = {"kl_nats": bounds.kl}
    if bernoulli:
        figures |= {"reconstruction_nats": bounds.reconstruction, "elbo_nats": bounds.elbo}
    on_step("neighbourhoods and continuity")
    latents = checkpoint.latents
    if checkpoint.classes:
        figures["knn_accuracy"] = knn_accuracy(latents.means, latents.labels)
    posterior = Posterior(torch.from_numpy(latents.means), torch.from_numpy(latents.log_variances))
    z = reparameterise(posterior, torch.Generator().manual_seed(0)).to(device)
    change = continuity(model, z[: effort.places])
    figures |= {"continuity_median": change.median, "continuity_ratio": change.ratio}
    if classifier is not None:
        on_step("completeness")
        figures |= all_completeness_figures(model.decode, latents.means, classifier, effort.draws)
        on_step("walks between test digits")
        figures |= walk_figures(model, latents, classifier, effort.pairs)
    if bernoulli and iwae_samples and checkpoint.model_config.variational:
        on_step(f"IWAE bound with {iwae_samples} samples")
        figures |= {"iwae_nats": iwae(model, images, iwae_samples), "iwae_samples": iwae_samples}
    if bernoulli:
        on_step("log-likelihood")
        figures |= likelihood_figures(model.decode, images, effort)
    if gaps and bernoulli and checkpoint.model_config.variational:
        on_step("the best Gaussian of each image")
        figures |= gap_figures(model.decode, images, figures)
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def gap_figures(decoder: Decoder, images: Tensor, figures: Figures) -> Figures:
    """What the ELBO in `figures` lacks to log p(x), split into two gaps (Cremer et al. 2018, equation 3).

    The approximation gap is left even by the best diagonal Gaussian of each image, here the one that a search
    finds (see inversion.py); the amortisation gap is what the encoder's own Gaussian lacks to that. Without
    an exact log p(x) the approximation gap is left out: it is smaller than the error.
    """
    best = elbo_of(decoder, Posterior(*invert(decoder, images)), images)
    found = {"best_elbo_nats": best.elbo, "amortisation_gap_nats": best.elbo - figures["elbo_nats"]}
    if is_exact(figures):
        found["approximation_gap_nats"] = figures["log_likelihood_check_nats"] - best.elbo
    return found


def evaluate_foreign(
    decoder: Decoder,
    test: Digits,
    device: torch.device,
    classifier: Classifier | None = None,
    effort: Effort = FULL,
) -> Figures:
    """Exact log-likelihood and completeness of a decoder without an encoder, under the prior N(0, I)."""
    images = binarised_test_images(torch.from_numpy(test.images)).to(device)
    figures = likelihood_figures(decoder, images, effort)
    if classifier is not None:
        recognised = completeness(decoder, classifier, prior_draws(effort.draws, 0).to(device))
        figures |= completeness_figures("", recognised)
    return figures


def likelihood_figures(decoder: Decoder, images: Tensor, effort: Effort = FULL) -> Figures:
    """log p(x) of binary images (n, 784), with the lattices and the disc it was summed over, and its error.

    It is exact where the error is less than `evidence.CONVERGED`.
    """
    evidence = converged_log_likelihood(
        decoder, images, effort.lattice, effort.finest, effort.widest, confirm=effort.confirm
    )
    return {
        "log_likelihood_nats": evidence.log_likelihood,
        "log_likelihood_check_nats": evidence.check,
        "log_likelihood_error_nats": evidence.error,
        "log_likelihood_radius": evidence.radius,
        "lattice_spacing": evidence.spacing,
    }


def all_completeness_figures(
    decoder: Decoder, means: Points, classifier: Classifier, draws: int = FULL.draws
) -> Figures:
    """Completeness under the prior and where the model's own codes, latent means (n, 2), lie.

    Those are described by a Gaussian and by their box, in which every place counts the same.
    """
    device = next(classifier.parameters()).device
    places = {
        "": prior_draws(draws, 0),
        "_fitted": fitted_draws(means, draws, 0),
        "_box": box_draws(data_box(means), draws, 0),
    }
    figures: Figures = {}
    for kind, points in places.items():
        figures |= completeness_figures(kind, completeness(decoder, classifier, points.to(device)))
    return figures


def completeness_figures(kind: str, measured: Completeness) -> Figures:
    """Its figures by name; `kind` says from what the points were drawn, if not from the prior."""
    figures = {
        f"completeness{kind}": measured.share,
        f"completeness{kind}{OF}": measured.places,
        f"completeness{kind}_confidence": measured.confidence,
        f"completeness{kind}_digits": measured.digits,
        f"completeness{kind}_covered": measured.covered,
    }
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def walk_figures(model: VAE, latents: Latents, classifier: Classifier, count: int = PAIRS) -> Figures:
    """Means over straight walks between `count` pairs of test digits, half their 95 % intervals beside them.

    Empty if all digits are of one kind.
    """
    if len(set(latents.labels.tolist())) < 2:
        return {}
    ends = pairs(latents.labels, count, SEED)
    found = summary(walks(model, latents, DigitDensity(latents.means), classifier, ends))
    figures: Figures = {"walks_pairs": count}
    for kind, (mean, interval) in found._asdict().items():
        figures |= {f"walks_{kind}": mean, f"walks_{kind}{MARGIN}": interval.high - mean}
    return figures


def as_text(figures: Figures) -> str:
    """One figure a line, for people, with its 95 % interval where that is known."""
    return "\n".join(
        f"{label(measure, figures):44}{measure.number(value, FINER):>11} {measure.unit}"
        f"{_interval(measure, value, figures)}".rstrip()
        for measure in TABLE
        if (value := figures.get(measure.key)) is not None
    )


def _interval(measure: Measure, value: float, figures: Figures) -> str:
    """Around a mean by its margin; by Wilson around a share of a known number of pictures."""
    count, margin = figures.get(f"{measure.key}{OF}"), figures.get(f"{measure.key}{MARGIN}")
    if margin is not None:
        low, high = value - margin, value + margin
    elif count is not None:
        low, high = wilson(value, int(count))
    else:
        return ""
    return f"  [{measure.number(low, FINER)}, {measure.number(high, FINER)}]"
