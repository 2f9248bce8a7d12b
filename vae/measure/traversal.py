"""What is met along a path: pictures, how fast they change, whether real digits live there, their class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import gaussian_kde
from torch import Tensor

from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import VAE, probabilities
from vae.plane.lattices import Points
from vae.plane.paths import arc_lengths

Images = NDArray[np.uint8]  # (n, 784)

# Of Scott's bandwidth n^(-1/6). Digits form clusters, for which Scott's rule is too wide: left-out test
# digits are likeliest under half of it.
BANDWIDTH = 0.5
EMPTY = 0.01  # of the density at a typical digit; below it no digit lives nearby


class DigitDensity:
    """Kernel density of real digits: a Gaussian around the latent mean of every test digit.

    The kernel is shaped like the covariance of all means (n, 2), n >= 3, scaled by half of Scott's bandwidth.
    Raises ValueError if the means lie on one line.
    """

    def __init__(self, means: Points) -> None:
        try:
            self._density = gaussian_kde(means.T.astype(np.float64), bw_method=_half_of_scott)
        except np.linalg.LinAlgError as error:
            raise ValueError(
                "The latent means lie on one line: they have no density in the plane."
            ) from error
        self.bandwidth = float(
            np.linalg.det(self._density.covariance) ** 0.25
        )  # geometric mean of its two axes
        self.typical = float(
            np.median(self(means[:: max(1, len(means) // 1000)]))
        )  # at the digits themselves

    def __call__(self, z: Points) -> NDArray[np.float64]:
        """Share of the digits per unit of area at z (k, 2): (k,), with integral 1 over the plane."""
        density: NDArray[np.float64] = self._density(z.T.astype(np.float64))
        return density


def _half_of_scott(density: gaussian_kde) -> float:
    return BANDWIDTH * float(density.scotts_factor())


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
        images=_grey(pictures),
        plane_lengths=plane_lengths,
        picture_lengths=np.concatenate([[0.0], np.cumsum(steps)]),
        change=np.divide(steps, widths, out=np.zeros_like(steps), where=widths > 0),
        density=here,
        empty=here < EMPTY * density.typical,
        classes=None if classifier is None else class_probabilities(classifier, pictures).numpy(),
    )


def _grey(pictures: Tensor) -> Images:
    images: Images = pictures.mul(255).round().to(torch.uint8).cpu().numpy()
    return images


def filmstrip(count: int, frames: int = 11) -> NDArray[np.intp]:
    """Indices (frames,) of pictures evenly spaced among `count`, the first and the last included."""
    return np.rint(np.linspace(0, count - 1, frames)).astype(np.intp)
