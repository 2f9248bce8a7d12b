"""Fine quadrature over the plane that looks only where an image can be.

A posterior a hundredth of the plane wide needs millions of lattice points, and for each image all but a few
hundred contribute nothing. A survey with a coarse lattice finds, for every image, the tiles that matter; the
fine lattice visits only those. What is left out is told by `MARGIN`, not by the data.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from vae.measure.inversion import Decoder, log_likelihoods, log_prior

RADIUS = 5.5  # of the first disc; prior mass beyond it: exp(-15), 3e-7
TILE = 0.16  # side of a tile
SURVEY = 4  # points along it in the survey: a spacing of 0.04
# Nats below an image's best survey point at which a tile and its eight neighbours are left out. A peak of
# standard deviation 0.004 in the middle of four survey points stands 25 nats above them, so what is lost
# stays below exp(-15).
MARGIN = 40.0
TILES_AT_ONCE = 128


class Quadrature:
    """log p(x) of binary images (n, 784) under N(0, I) and a decoder, on lattices as fine as needed.

    It covers the ring of the plane from radius `inner` to `outer`; from 0 it is a disc. The lattice consists
    of cell centres; its spacing is `TILE` divided by the number of points along a tile. `beside` (n, 1) says
    how high log p(x, z) is known to be elsewhere: tiles that are nothing beside it are left out, too.
    """

    @torch.inference_mode()
    def __init__(
        self,
        decoder: Decoder,
        images: Tensor,
        outer: float = RADIUS,
        inner: float = 0.0,
        beside: Tensor | None = None,
    ) -> None:
        self._decoder = decoder
        self._images = images
        steps = math.ceil(outer / TILE)
        corners = (torch.arange(-steps, steps) * TILE).double()
        self._side = 2 * steps
        self._corners = torch.cartesian_prod(corners, corners)  # (tiles, 2)
        distance = (self._corners + TILE / 2).square().sum(dim=1)
        self._tiles = ((distance > inner**2) & (distance <= outer**2)).nonzero()[:, 0]  # those that count
        peaks, self._surveyed = self._survey()
        self.best = peaks.amax(dim=1, keepdim=True)  # (n, 1)
        if beside is not None:
            self.best = torch.maximum(self.best, beside)
        self._near = self._widened(peaks >= self.best - MARGIN)  # (n, tiles that count) of bool

    def _survey(self) -> tuple[Tensor, dict[int, Tensor]]:
        """The highest log p(x, z) that a coarse lattice finds in each tile, (n, tiles that count).

        And log p(x), (n,), on that lattice and on every second of its rows and columns, by the number of
        points along a tile.
        """
        n = len(self._images)
        peaks = torch.empty(n, len(self._tiles))
        every = torch.arange(SURVEY**2)
        second = every.view(SURVEY, SURVEY)[::2, ::2].flatten()
        totals = [torch.full((n,), -torch.inf, device=self._images.device) for _ in (every, second)]
        for columns in torch.split(torch.arange(len(self._tiles)), TILES_AT_ONCE):
            joint = self._joint(self._points(self._tiles[columns], SURVEY), self._images)
            joint = joint.view(n, len(columns), -1)
            peaks[:, columns] = joint.amax(dim=2).cpu()
            parts = joint, joint[:, :, second.to(joint.device)]
            totals = [
                torch.logaddexp(total, part.flatten(1).logsumexp(dim=1))
                for total, part in zip(totals, parts, strict=True)
            ]
        alongs = SURVEY, SURVEY // 2
        return peaks, {
            along: self._with_area(total, along) for along, total in zip(alongs, totals, strict=True)
        }

    def _widened(self, near: Tensor) -> Tensor:
        """The same with the eight neighbours of each tile."""
        parts = []
        for part in torch.split(near, 500):
            grid = torch.zeros(len(part), len(self._corners), dtype=torch.half)
            grid[:, self._tiles] = part.half()
            pooled = max_pool2d(grid.view(-1, 1, self._side, self._side), 3, stride=1, padding=1)
            parts.append(pooled.flatten(1)[:, self._tiles] > 0)
        return torch.cat(parts)

    def _points(self, tiles: Tensor, along: int) -> Tensor:
        """The lattice of `tiles` (k,), one after the other, (k * along^2, 2)."""
        steps = (torch.arange(along, dtype=torch.float64) + 0.5) * (TILE / along)
        return (self._corners[tiles, None] + torch.cartesian_prod(steps, steps)).view(-1, 2).float()

    def _joint(self, points: Tensor, images: Tensor) -> Tensor:
        """log p(x_i, z_k), shape (n, k)."""
        z = points.to(images.device)
        return log_likelihoods(self._decoder(z), images) + log_prior(z)

    @torch.inference_mode()
    def log_likelihood(self, spacing: float) -> Tensor:
        """float64 (n,), in nats; on a lattice finer than the survey's, minus infinity where no tile matters.

        The spacing is rounded down to a whole fraction of a tile.
        """
        along = math.ceil(TILE / spacing - 1e-9)
        if along in self._surveyed:
            return self._surveyed[along]
        total = torch.full((len(self._images),), -torch.inf, device=self._images.device)
        for column in self._near.any(dim=0).nonzero()[:, 0].tolist():
            rows = self._near[:, column].nonzero()[:, 0].to(total.device)
            joint = self._joint(self._points(self._tiles[column : column + 1], along), self._images[rows])
            total[rows] = torch.logaddexp(total[rows], joint.logsumexp(dim=1))
        return self._with_area(total, along)

    def _with_area(self, total: Tensor, along: int) -> Tensor:
        """log of a sum over a lattice as that of an integral: times the area of a cell."""
        return total.cpu().double() + 2 * math.log(TILE / along)
