"""The beta ladder: one architecture trained with the KL divergence weighted ever more strongly.

Rung 0 is the plain autoencoder, the last rung one whose posterior collapses onto the prior.
"""

from __future__ import annotations

from collections.abc import Iterable

BETAS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
FOLDER = "ladder"  # of the rungs above 0, in checkpoints/
_PREFIX = "beta-"


def name(beta: float) -> str:
    """The checkpoint name of a rung: "autoencoder" for 0, else "beta-0.1", "beta-4", …"""
    return "autoencoder" if beta == 0 else f"{_PREFIX}{beta:g}"


def beta_of(checkpoint: str) -> float | None:
    """The beta of the rung with this checkpoint name, None if it is no rung."""
    return next((beta for beta in BETAS if name(beta) == checkpoint), None)


def file(beta: float) -> str:
    """Where a rung lies in checkpoints/."""
    return f"{name(beta)}.pt" if beta == 0 else f"{FOLDER}/{name(beta)}.pt"


def command(beta: float) -> str:
    """The command that makes a rung again."""
    return f"python -m vae train --preset ladder --beta={beta:g}"


def absent(checkpoints: Iterable[str]) -> list[float]:
    """The betas of the rungs that are not among these checkpoint names."""
    there = set(checkpoints)
    return [beta for beta in BETAS if name(beta) not in there]


def neighbour(beta: float) -> float | None:
    """The rung from whose weights training goes on: the next one towards 1. 0 and 1 start anew: None."""
    if beta in (0, 1):
        return None
    place = BETAS.index(beta)
    return BETAS[place + 1] if beta < 1 else BETAS[place - 1]


def training_order() -> list[float]:
    """Every rung after the one it starts from or is oriented by."""
    downwards = [beta for beta in reversed(BETAS) if 0 < beta < 1]
    return [0.0, 1.0, *downwards, *(beta for beta in BETAS if beta > 1)]
