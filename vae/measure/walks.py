"""Many straight walks between real digits: does what is drawn on the way stay a digit, and does it jump?"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.measure.intervals import Interval, Z
from vae.measure.quality import CONFIDENT
from vae.measure.traversal import EMPTY, DigitDensity
from vae.model.checkpoint import Latents
from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import VAE, probabilities
from vae.plane.lattices import Points

POINTS = 64  # of a walk, both ends included
AT_ONCE = 16  # walks decoded together

Values = NDArray[np.float64]  # (walks,)


class Walks(NamedTuple):
    """One value a walk; a share is of its points, in [0, 1]."""

    named: Values  # share where the judge names a digit
    empty: Values  # share where no code lives nearby (`traversal.EMPTY`)
    jump: Values  # the largest picture change of a step, per deviation of the codes that the step walks


class Mean(NamedTuple):
    """A mean over walks and its 95 % interval: 1.96 standard errors, by the central limit theorem."""

    mean: float
    interval: Interval


class Summary(NamedTuple):
    """Means over walks."""

    named: Mean
    empty: Mean
    jump: Mean


def deviation(means: Points) -> float:
    """The root-mean-square deviation of codes (n, 2) along an axis: makes planes of any size comparable."""
    return math.sqrt(float(means.astype(np.float64).var(axis=0).mean()))


@torch.inference_mode()
def walks(
    model: VAE, latents: Latents, density: DigitDensity, classifier: Classifier, ends: NDArray[np.intp]
) -> Walks:
    """Walk straight from latent mean to latent mean for all ends (k, 2), indices into the latents.

    The deviation of the codes is `deviation`'s. A walk that goes nowhere does not jump.
    """
    device = next(model.parameters()).device
    a, b = (torch.from_numpy(latents.means[ends[:, side]]) for side in (0, 1))
    t = torch.linspace(0, 1, POINTS)[:, None]
    points = a[:, None] + t * (b - a)[:, None]  # (k, POINTS, 2)
    seen = [_seen(model, classifier, part.to(device)) for part in torch.split(points, AT_ONCE)]
    named, change = (torch.cat(parts).double().numpy() for parts in zip(*seen, strict=True))
    steps = (b - a).norm(dim=1).double().numpy() / (POINTS - 1) / deviation(latents.means)
    jump = np.divide(change, steps, out=np.zeros_like(change), where=steps > 0)
    here = density(points.view(-1, 2).numpy()).reshape(len(ends), POINTS)
    return Walks(named, (here < EMPTY * density.typical).mean(axis=1), jump)


def _seen(model: VAE, classifier: Classifier, points: Tensor) -> tuple[Tensor, Tensor]:
    """Of points (k, POINTS, 2): the share named and the largest picture change of a step, both (k,)."""
    pictures = probabilities(model.decode(points.flatten(0, 1)))
    sure = class_probabilities(classifier, pictures).amax(dim=1).view(len(points), POINTS)
    change = pictures.view(len(points), POINTS, -1).diff(dim=1).norm(dim=2).amax(dim=1)
    return (sure >= CONFIDENT).float().mean(dim=1), change.cpu()


def summary(walked: Walks) -> Summary:
    """Means over two walks or more."""
    return Summary(*map(_mean, walked))


def _mean(values: Values) -> Mean:
    middle, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    return Mean(middle, Interval(middle - Z * error, middle + Z * error))
