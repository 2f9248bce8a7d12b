"""An account and scores as the back end gives them, made up so that every number is known."""

from __future__ import annotations

import numpy as np

from vae.measure.account import Account, Gaussian
from vae.measure.belonging import Scores
from vae.plane.box import Box

WINDOW = Box(0.9, 1.1, -0.6, -0.4)
TRUE = Gaussian(np.array([1.0, -0.5]), np.array([0.03, 0.015]))
CELLS = 80


def account(
    reconstruction: float = 120.0, kl: float = 8.0, approximation: float = 0.25, amortisation: float = 1.0
) -> Account:
    """Of an image whose posterior is a Gaussian, which the encoder misses."""
    z1, z2 = WINDOW.centres(CELLS, CELLS)
    squared = ((z1 - 1) / 0.03) ** 2 + ((z2[::-1, None] + 0.5) / 0.015) ** 2
    elbo = -reconstruction - kl
    return Account(
        *(reconstruction, kl, elbo, elbo + approximation + amortisation, 1e-4),
        Gaussian(np.array([1.02, -0.51]), np.array([0.02, 0.025])),
        TRUE,
        elbo + amortisation,
        WINDOW,
        np.exp(-squared / 2),
        (float(np.exp(-0.5)), float(np.exp(-2))),
        0.12,
    )


def scores(variational: bool = True) -> Scores:
    """Digits that are likelier than strangers, other collections' least clearly."""
    rng = np.random.default_rng(0)
    means = {
        "test": (130, 10_000),
        "rotated": (220, 10_000),
        "noise": (900, 10_000),
        "small_digits": (150, 1797),
    }
    drawn = {name: rng.normal(mean, 25, count) for name, (mean, count) in means.items()}
    likelihood = {name: -values.astype(np.float32) for name, values in drawn.items()}
    reconstruction = {
        name: (values - rng.gamma(2, 4, len(values))).astype(np.float32) for name, values in drawn.items()
    }
    return Scores(likelihood if variational else {}, reconstruction)
