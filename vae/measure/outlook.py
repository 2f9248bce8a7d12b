"""Where in the plane an image can be: log p(x, z) on a coarse lattice over all of it, in milliseconds.

log p(x | z) = x . l(z) - sum softplus(l(z)) is linear in the image, l being the decoder's logits. So the
logits of a lattice are kept, as few numbers each: their principal components.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from vae.measure.inversion import Decoder, log_prior

SPACING = 0.04  # of the lattice
RADIUS = (
    8.25  # of the disc: the prior's mass beyond it is exp(-34), and all codes of the models here lie inside
)
# What the components leave out, in nats squared: log p(x, z) is then right within 1 nat or so, where an image
# is likely.
LEFT_OUT = 0.3
COMPONENTS = 160  # at most
SAMPLE = 8000  # places by which the components are chosen
AT_ONCE = 512


class Outlook(NamedTuple):
    """A decoder's logits at the middles of square cells of a disc around the origin.

    Cell (i, j) reaches from SPACING * i to SPACING * (i + 1) in z1, likewise j in z2; `side` cells lie on
    each side of the origin. Rows of `parts` are those of `cells`.
    """

    side: int
    cells: NDArray[np.int64]  # (k, 2), from -side to side - 1
    mean: Tensor  # (784,): logits on average
    components: Tensor  # (784, c)
    parts: Tensor  # (k, c), half as precise as other numbers
    without: Tensor  # (k,): log p(0, z) and what does not depend on x

    @torch.inference_mode()
    def heights(self, image: Tensor) -> NDArray[np.float32]:
        """log p(x, z), (2 side, 2 side) by [i + side, j + side]; minus infinity outside the disc."""
        along = (image @ self.components).to(self.parts.dtype)
        found = (self.parts @ along).float() + self.without + image @ self.mean
        grid = np.full((2 * self.side, 2 * self.side), -np.inf, dtype=np.float32)
        grid[tuple((self.cells + self.side).T)] = found.numpy()
        return grid


def look_around(decoder: Decoder, radius: float = RADIUS) -> Generator[float, None, Outlook]:
    """Look at the whole disc of this radius, some hundred points at a time; 12 seconds for the largest.

    Yields the share that is done, and returns the Outlook.
    """
    side = math.ceil(radius / SPACING)
    steps = np.arange(-side, side)
    cells = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    cells = cells[np.square((cells + 0.5) * SPACING).sum(axis=1) <= radius**2]
    z = torch.from_numpy((cells + 0.5) * SPACING).float()
    chosen = torch.randperm(len(z), generator=torch.Generator().manual_seed(0))[:SAMPLE]
    some = []
    for part in torch.split(z[chosen], AT_ONCE):
        some.append(_logits(decoder, part))
        yield 0.0
    mean, components = _principal(torch.cat(some))
    parts, without = [], []
    for points in torch.split(z, AT_ONCE):
        logits = _logits(decoder, points)
        parts.append(((logits - mean) @ components).half())
        without.append(log_prior(points) - softplus(logits).sum(dim=1))
        yield len(parts) * AT_ONCE / (len(z) + AT_ONCE)
    return Outlook(side, cells, mean, components, torch.cat(parts), torch.cat(without))


def outlook(decoder: Decoder, radius: float = RADIUS) -> Outlook:
    """The whole outlook at once."""
    looking = look_around(decoder, radius)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            found: Outlook = end.value
            return found


@torch.inference_mode()
def _logits(decoder: Decoder, points: Tensor) -> Tensor:
    return decoder(points).cpu()


def _principal(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (784,) and components (784, c) that leave at most LEFT_OUT of the variance, in all, a place."""
    mean = logits.mean(dim=0)
    spread = ((logits - mean).T @ (logits - mean)).double() / len(logits)
    variances, vectors = torch.linalg.eigh(spread)  # ascending
    needed = int((variances.cumsum(dim=0) > LEFT_OUT).sum())
    return mean, vectors[:, -min(max(needed, 1), COMPONENTS) :].float()
