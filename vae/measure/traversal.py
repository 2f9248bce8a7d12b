"""What is met along a path: pictures, how fast they change, whether real digits live there, their class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import VAE, as_grey, probabilities
from vae.plane.lattices import Points
from vae.plane.paths import arc_lengths
from vae.plane.spread import kernel

Images = NDArray[np.uint8]  # (n, 784)

ROWS = 64  # places at once: beside 10,000 digits that takes 5 MB
EMPTY = 0.01  # of the density at a typical digit; below it no digit lives nearby


class DigitDensity:
    """Kernel density of real digits: a Gaussian around the latent mean of every test digit.

    The kernel is shaped like the covariance of all means (n, 2), n >= 2, scaled by half of Scott's bandwidth.
    """

    def __init__(self, means: Points) -> None:
        shape = kernel(means)
        self._whitened = np.linalg.inv(shape).T
        self._codes = means.astype(np.float64) @ self._whitened
        self._peak = 1 / (2 * math.pi * float(np.linalg.det(shape)) * len(means))  # of one digit's kernel
        self.bandwidth = math.sqrt(float(np.linalg.det(shape)))  # geometric mean of its two axes
        self.typical = float(
            np.median(self(means[:: max(1, len(means) // 1000)]))
        )  # at the digits themselves

    def __call__(self, z: Points) -> NDArray[np.float64]:
        """Share of the digits per unit of area at z (k, 2): (k,), with integral 1 over the plane."""
        rows = np.array_split(z.astype(np.float64) @ self._whitened, len(z) // ROWS + 1)
        kernels = [np.exp(-cdist(part, self._codes, "sqeuclidean") / 2).sum(axis=1) for part in rows]
        return self._peak * np.concatenate(kernels)


@dataclass(frozen=True)
class Traversal:
    """A path of n points and what lies along it."""

    points: Points  # (n, 2)
    images: Images  # (n, 784), ink probability, 0 to 255
    plane_lengths: NDArray[np.float64]  # (n,): distance walked in the plane, from 0
    picture_lengths: NDArray[np.float64]  # (n,): distance walked in picture space, from 0
    change: NDArray[
        np.float64
    ]  # (n - 1,): picture change per unit of the plane, step by step; 0 if none is made
    density: NDArray[np.float64]  # (n,): of real digits, per unit of area
    empty: NDArray[np.bool_]  # (n,): less than a hundredth of the density at a typical digit
    classes: (
        NDArray[np.float32] | None
    )  # (n, 10): the classifier's, the rest to 1 is "no digit"; None without one

    @property
    def times(self) -> NDArray[np.float64]:
        """t of every point, from 0 to 1: (n,)."""
        return np.linspace(0.0, 1.0, len(self.points))

    @property
    def empty_share(self) -> float:
        """Share of the points where no digit lives nearby, in [0, 1]."""
        return float(self.empty.mean())


@torch.inference_mode()
def traverse(
    model: VAE, points: Points, density: DigitDensity, classifier: Classifier | None = None
) -> Traversal:
    """Walk along points (n, 2), n >= 2, and note what is seen."""
    pictures = probabilities(model.decode(torch.from_numpy(points).to(next(model.parameters()).device)))
    steps: NDArray[np.float64] = pictures.diff(dim=0).norm(dim=1).cpu().double().numpy()
    plane_lengths, here = arc_lengths(points), density(points)
    widths = np.diff(plane_lengths)
    return Traversal(
        points=points,
        images=as_grey(pictures).cpu().numpy(),
        plane_lengths=plane_lengths,
        picture_lengths=np.concatenate([[0.0], np.cumsum(steps)]),
        change=np.divide(steps, widths, out=np.zeros_like(steps), where=widths > 0),
        density=here,
        empty=here < EMPTY * density.typical,
        classes=None if classifier is None else class_probabilities(classifier, pictures).numpy(),
    )


def filmstrip(count: int, frames: int = 11) -> NDArray[np.intp]:
    """Indices (frames,) of pictures evenly spaced among `count`, the first and the last included."""
    return np.rint(np.linspace(0, count - 1, frames)).astype(np.intp)
