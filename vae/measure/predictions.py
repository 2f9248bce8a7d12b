"""What a class is asked to predict about one image, answered by the model itself."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from vae.config import PIXELS
from vae.data import Digits, to_unit
from vae.model.checkpoint import Latents
from vae.model.classifier import Classifier, class_probabilities
from vae.model.network import VAE, encode_all
from vae.plane.lattices import Point
from vae.plane.limits import NEIGHBOURS
from vae.plane.neighbours import class_shares, nearest

SAME = 0.1  # of its area: an ellipse that changes by less stays as it is
MAJORITY = 0.6  # of the nearest codes


def four_like_nine(digits: Digits, judge: Classifier) -> int:
    """The index of the 9 to which the classifier gives the highest probability of being a 4."""
    nines = np.flatnonzero(digits.labels == 9)
    chances = class_probabilities(judge, to_unit(digits.images[nines]))[:, 4]
    return int(nines[int(chances.argmax())])


def landing(latents: Latents, place: Point) -> int | None:
    """The digit of which at least MAJORITY of the codes nearest to a place are, None if there is none."""
    indices, _ = nearest(latents.means, place, NEIGHBOURS)
    shares = class_shares(latents.labels[indices])
    return int(shares.argmax()) if shares.max() >= MAJORITY else None


def half_erased(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (n, 784) without the ink of their lower half."""
    erased = images.copy()
    erased[:, PIXELS // 2 :] = 0
    return erased


def ellipse_growth(model: VAE, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """By which factor the area of each image's ellipse grows when its lower half is erased: (n,).

    The area is that of the encoder's Gaussian, sigma1 * sigma2 up to a constant; the model is variational.
    """
    whole, half = (
        encode_all(model, to_unit(pictures)).log_variance.double()
        for pictures in (images, half_erased(images))
    )
    growth: NDArray[np.float64] = torch.exp(0.5 * (half - whole).sum(dim=1)).numpy()
    return growth


def changed(growth: float) -> str:
    """ "grows", "shrinks" or "stays", of an ellipse's area."""
    if abs(growth - 1) < SAME:
        return "stays"
    return "grows" if growth > 1 else "shrinks"
