"""Turning a model's plane by a signed permutation of its axes, so that two maps can be compared.

Eight such matrices exist in two dimensions: four turns by a right angle and four mirror images. They are the
only orthogonal maps that keep every diagonal Gaussian diagonal, so that encoder and decoder stay exactly the
same model.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations, product

import torch
from torch import Tensor

from vae.config import LATENT_DIM
from vae.plane.lattices import Points


def signed_permutations() -> list[Tensor]:
    """The eight matrices P, float32 (2, 2), with one entry of 1 or -1 in every row and column; I is first."""
    identity = torch.eye(LATENT_DIM)
    return [
        identity[list(order)] * torch.tensor(signs)[:, None]
        for order in permutations(range(LATENT_DIM))
        for signs in product((1.0, -1.0), repeat=LATENT_DIM)
    ]


def best_orientation(means: Points, reference: Points) -> Tensor:
    """The signed permutation P, (2, 2), for which P z brings `means` closest to `reference`, both (n, 2).

    Closest is the greatest sum of the inner products of both clouds' centred points; a common scale, on which
    two models never agree, would change nothing. Rows belong to the same images.
    """
    ours, theirs = (torch.from_numpy(points).double() for points in (means, reference))
    ours, theirs = ours - ours.mean(dim=0), theirs - theirs.mean(dim=0)
    cross = theirs.T @ ours  # trace(P^T cross) is the sum of the inner products of P z and its reference
    return max(signed_permutations(), key=lambda matrix: float((matrix.double() * cross).sum()))


def oriented(weights: Mapping[str, Tensor], orientation: Tensor) -> dict[str, Tensor]:
    """The weights of the same VAE with every latent point z renamed P z, P the signed permutation given.

    The rows that give the latent mean are multiplied by P, those of the log-variance permuted without signs,
    and the decoder's first layer undoes P.
    """
    turned = dict(weights)
    unsigned = orientation.abs()
    for part in ("weight", "bias"):
        rows = turned[f"encoder.stack.last.{part}"]
        mean, log_variance = rows[:LATENT_DIM], rows[LATENT_DIM:]
        turned[f"encoder.stack.last.{part}"] = torch.cat([orientation @ mean, unsigned @ log_variance])
    turned["decoder.first.weight"] = turned["decoder.first.weight"] @ orientation.T
    return turned


def written(orientation: Tensor) -> str:
    """The renaming in words, for the provenance: "z1, z2 := -z2, z1"."""
    names = [f"{'-' if row.sum() < 0 else ''}z{int(row.abs().argmax()) + 1}" for row in orientation]
    return f"z1, z2 := {', '.join(names)}"
