"""What is asked before a recipe is trained, and what its run answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vae.history.reports import Report

Reports = Sequence[Report]  # of a run that has ended, in the order of their epochs; at least two

LITTLE = 0.1  # nats of KL divergence that hold next to nothing: less than a seventh of one bit
ALIKE = 1.0  # nats: nearer than that two runs are alike, seeds differ as much
# nats: nearer than that training and held-out images are alike. The ELBO's standard deviation over images is
# 50: means over 2,000 images and over 2,000 others differ by chance, with a standard deviation of 1.6.
CHANCE = 5.0


class Question(NamedTuple):
    """A question with its choices; `answer` finds the right one, and says so in a sentence.

    `answer` gets the reports of the run, and those of the run that comes with the app.
    """

    text: str
    choices: Mapping[str, str]
    answer: Callable[[Reports, Reports], tuple[str, str]]


def number(value: float, decimals: int = 1) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


def half_fallen(reports: Reports, _: Reports) -> tuple[str, str]:
    """When the loss of held-out images had half of its whole fall behind it."""
    losses = [-(one.held_out.elbo or 0.0) for one in reports]
    half = (losses[0] + min(losses)) / 2
    epoch = next(one.epoch for one, loss in zip(reports, losses, strict=True) if loss <= half)
    right = "first" if epoch <= 1 else "early" if epoch <= 5 else "late"
    return right, f"From {number(losses[0])} nats it had fallen half its way by epoch {epoch:g}."


def reconstructs(reports: Reports, shipped: Reports) -> tuple[str, str]:
    """Which of the two reconstructs held-out images better."""
    own, other = (each[-1].held_out.reconstruction for each in (reports, shipped))
    right = "same" if abs(own - other) < ALIKE else "plain" if own < other else "vae"
    return right, f"The autoencoder’s reconstruction costs {number(own)} nats, the VAE’s {number(other)}."


def collapsed(reports: Reports, _: Reports) -> tuple[str, str]:
    """What is left of the KL divergence of held-out images at the end."""
    left = reports[-1].held_out.kl or 0.0
    right = "zero" if left < LITTLE else "falls" if left < (reports[1].held_out.kl or 0.0) else "grows"
    return right, f"At the end it is {number(left, 2)} nats: so much an image’s code still tells."


def largest(reports: Reports, _: Reports) -> tuple[str, str]:
    """When the KL divergence of held-out images was largest."""
    kl = [one.held_out.kl or 0.0 for one in reports]
    epoch = reports[kl.index(max(kl))].epoch
    right = "early" if epoch <= reports[-1].epoch / 2 else "late"
    return right, f"It was largest at epoch {epoch:g}, with {number(max(kl))} nats."


def higher(reports: Reports, shipped: Reports) -> tuple[str, str]:
    """Whether the ELBO of held-out images ends above that of the run that comes with the app."""
    own, other = (each[-1].held_out.elbo or 0.0 for each in (reports, shipped))
    right = "same" if abs(own - other) < ALIKE else "higher" if own > other else "lower"
    return right, f"Its ELBO ends at {number(own)} nats, that of the recorded run at {number(other)}."


def generalises(reports: Reports, _: Reports) -> tuple[str, str]:
    """Whether training images end with a higher ELBO than held-out ones."""
    known, new = (each.elbo or 0.0 for each in (reports[-1].train, reports[-1].held_out))
    right = "same" if abs(known - new) < CHANCE else "train" if known > new else "new"
    return right, f"The ELBO is {number(known)} nats for training images, {number(new)} for held-out ones."


HIGHER = {"higher": "Higher", "lower": "Lower", "same": "Within 1 nat"}

QUESTIONS = {
    "vae": Question(
        "When will half of the loss’s fall be over?",
        {"first": "In the first epoch", "early": "In epochs 2 to 5", "late": "Later"},
        half_fallen,
    ),
    "autoencoder": Question(
        "Which will reconstruct held-out images better?",
        {"plain": "The autoencoder", "vae": "The VAE", "same": "Both alike"},
        reconstructs,
    ),
    "collapse": Question(
        "What will become of the KL divergence?",
        {"zero": "It falls to almost 0", "falls": "It falls to less", "grows": "It grows"},
        collapsed,
    ),
    "annealed": Question(
        "When will the KL divergence be largest?",
        {"early": "In the first half", "late": "In the second half"},
        largest,
    ),
    "batch-norm": Question("Will the ELBO end higher than the recorded run’s?", HIGHER, higher),
    "lecture": Question(
        "For which images will the ELBO be higher at the end?",
        {"train": "Training images", "new": "Held-out images", "same": "Within 5 nats"},
        generalises,
    ),
    "conv": Question("Will the ELBO end higher than the recorded run’s?", HIGHER, higher),
}
