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

from vae.model.inversion import Decoder, log_likelihoods, log_prior

RADIUS = 5.5  # prior mass beyond it: exp(-15), 3e-7
TILE = 0.16  # side of a tile
SURVEY = 4  # points along it in the survey: a spacing of 0.04
# Nats below an image's best survey point at which a tile and its eight neighbours are left out. A peak of
# standard deviation 0.004 in the middle of four survey points stands 25 nats above them, so what is lost
# stays below exp(-15).
MARGIN = 40.0
TILES_AT_ONCE = 128


class Quadrature:
    """log p(x) of binary images (n, 784) under N(0, I) and a decoder, on lattices as fine as needed.

    The lattice consists of cell centres; its spacing is `TILE` divided by the number of points along a tile.
    """

    @torch.inference_mode()
    def __init__(self, decoder: Decoder, images: Tensor) -> None:
        self._decoder = decoder
        self._images = images
        steps = math.ceil(RADIUS / TILE)
        corners = (torch.arange(-steps, steps) * TILE).double()
        self._side = 2 * steps
        self._corners = torch.cartesian_prod(corners, corners)  # (tiles, 2)
        self._inside = (self._corners + TILE / 2).square().sum(dim=1) <= RADIUS**2
        self._near = self._survey()  # (n, tiles) of bool

    def _survey(self) -> Tensor:
        tiles = self._inside.nonzero()[:, 0]
        peaks = torch.full((len(self._images), len(self._corners)), -torch.inf)
        for part in torch.split(tiles, TILES_AT_ONCE):
            z = torch.cat([self._points(int(tile), SURVEY) for tile in part])
            joint = self._joint(z, self._images).view(len(self._images), len(part), -1)
            peaks[:, part] = joint.amax(dim=2).cpu()
        best = peaks.amax(dim=1, keepdim=True)
        near = (peaks >= best - MARGIN).view(-1, 1, self._side, self._side)
        widened = [max_pool2d(part.half(), 3, stride=1, padding=1) > 0 for part in torch.split(near, 500)]
        return torch.cat(widened).flatten(1) & self._inside

    def _points(self, tile: int, along: int) -> Tensor:
        steps = (torch.arange(along, dtype=torch.float64) + 0.5) * (TILE / along)
        return (self._corners[tile] + torch.cartesian_prod(steps, steps)).float()

    def _joint(self, points: Tensor, images: Tensor) -> Tensor:
        """log p(x_i, z_k), shape (n, k)."""
        z = points.to(images.device)
        return log_likelihoods(self._decoder(z), images) + log_prior(z)

    @torch.inference_mode()
    def log_likelihood(self, spacing: float) -> Tensor:
        """float64 (n,), in nats; the spacing is rounded down to a whole fraction of a tile."""
        along = math.ceil(TILE / spacing - 1e-9)
        total = torch.full((len(self._images),), -torch.inf, device=self._images.device)
        for tile in self._near.any(dim=0).nonzero()[:, 0].tolist():
            rows = self._near[:, tile].nonzero()[:, 0].to(total.device)
            joint = self._joint(self._points(tile, along), self._images[rows])
            total[rows] = torch.logaddexp(total[rows], joint.logsumexp(dim=1))
        return total.double().cpu() + 2 * math.log(TILE / along)
