"""How good a latent space is, beyond likelihood: neighbourhoods, continuity, completeness."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.measure.inversion import Decoder
from vae.model.classifier import Classifier, class_probabilities
from vae.model.differentiation import with_jacobian
from vae.model.network import VAE, probabilities
from vae.plane.lattices import Points

DIGITS = 10
CONFIDENT = 0.9  # a picture is named when the classifier gives one digit at least this probability


def knn_accuracy(means: Points, labels: NDArray[np.uint8], k: int = 10) -> float:
    """Share of digits whose k nearest other latent means vote for their own label, in [0, 1].

    Leave-one-out over means (n, 2) and labels (n,), n > k; ties go to the smaller digit.
    """
    # here, because it is slow to load and the app needs only the rest of this module
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(n_neighbors=k + 1).fit(means).kneighbors(means, return_distance=False)
    votes = np.zeros((len(means), 10))
    own = np.arange(len(means))[:, None]
    others = neighbours != own
    others[others.all(axis=1), -1] = False  # a duplicate crowded the point itself out of its own list
    rows = np.broadcast_to(own, neighbours.shape)[others]
    np.add.at(votes, (rows, labels[neighbours[others]]), 1)
    return float((votes.argmax(axis=1) == labels).mean())


def pictures_and_jacobian(model: VAE, z: Tensor) -> tuple[Tensor, Tensor]:
    """Decoded pictures (ink probabilities, n x 784) at z (n, 2) and their exact Jacobian (n, 784, 2)."""
    return with_jacobian(lambda points: probabilities(model.decode(points)), z)


def metric(model: VAE, z: Tensor) -> Tensor:
    """The pull-back metric J^T J of the decoded picture (ink probabilities), shape (n, 2, 2), at z (n, 2).

    J is the exact Jacobian of 784 pixels by 2 coordinates. Its determinant's root is the area magnification
    (Arvanitidis et al. 2018, arXiv 1710.11379, section 2).
    """
    parts = [pictures_and_jacobian(model, part)[1] for part in torch.split(z, 500)]
    return torch.cat([jacobian.transpose(1, 2) @ jacobian for jacobian in parts])  # (n, 784, 2) each


class Continuity(NamedTuple):
    """Picture change for a small step in the plane, over many points: root-mean-square over directions."""

    median: float
    percentile_99: float
    ratio: float  # of the two: large where the picture jumps in places


def continuity(model: VAE, z: Tensor) -> Continuity:
    """||dec(z + d) - dec(z)|| / ||d|| in the limit of a small d, at points z (n, 2)."""
    change = metric(model, z).diagonal(dim1=1, dim2=2).mean(dim=1).sqrt()
    median, high = torch.quantile(change, torch.tensor([0.5, 0.99], device=change.device)).tolist()
    return Continuity(median, high, high / median)


class Completeness(NamedTuple):
    share: float  # of pictures that the classifier names with probability >= CONFIDENT
    confidence: float  # mean probability of the likeliest digit
    digits: float  # how many different digits the named pictures are, 1 to 10; NaN if none is named
    places: int  # where pictures were decoded

    @property
    def covered(self) -> float:
        """Digits covered, in [0, 1]: share named times different digits / 10, and 0 if none is named.

        1 if every picture is named and all ten digits come equally often; at most 0.1 for a decoder that
        draws one picture everywhere, however readable it is.
        """
        return self.share * self.digits / DIGITS if self.share else 0.0


@torch.inference_mode()
def completeness(decoder: Decoder, classifier: Classifier, z: Tensor) -> Completeness:
    """How many of the pictures decoded at z (n, 2) an independent classifier recognises."""
    pictures = torch.cat([probabilities(decoder(part)) for part in torch.split(z, 1000)])
    likeliest, digit = class_probabilities(classifier, pictures).max(dim=1)
    named = likeliest >= CONFIDENT
    digits = effective_count(digit[named].bincount())
    return Completeness(float(named.double().mean()), float(likeliest.mean()), digits, len(z))


def effective_count(counts: Tensor) -> float:
    """How many kinds counts (k,) amount to: exp of their entropy (Hill 1973, order 1); NaN without any.

    Equal counts give k, a single kind 1. It tells a decoder that draws everything from one that draws a
    single digit everywhere.
    """
    shares = counts[counts > 0].double() / counts.sum()
    return float(torch.exp(-(shares * shares.log()).sum())) if len(shares) else math.nan
