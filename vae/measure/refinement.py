"""The exact log p(x) of one image in a few hundred passes of the decoder: a lattice refined where it matters.

For a smooth integrand a sum over a lattice converges exponentially once its spacing falls below about twice
the posterior's standard deviation (Trefethen & Weideman 2014, SIAM Review 56, section 5). Posteriors in the
plane are between 0.001 and 1 wide, so each image gets the lattice that it needs, and its sharpest peaks a
finer one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, maximum_filter, minimum_filter
from torch import Tensor

from vae.measure.inversion import Decoder, log_likelihoods, log_prior
from vae.measure.outlook import SPACING, Outlook

CUT = 14.0  # nats below the best place at which a cell is left out
SHARP = 3.0  # nats from a peak to the lowest of its neighbours: more, and the lattice cannot tell its height
# Nats by which the two halves of a lattice, its black and its white cells, may differ. Each half is coarser
# by sqrt(2): for a Gaussian its error is twice the root of the whole lattice's, which is then below 0.001.
AGREED = 0.03
SLIGHT = 1e-3  # of the whole: sharp peaks that hold less are left as they are
FLOOR = 40.0  # nats below the best place, for where nothing was looked at
FEW = 250  # cells to begin with
COARSEST, FINEST = -5, 7  # halvings of the outlook's spacing
MOST = 2500  # passes for one image; only what is like no digit asks for more

Cells = NDArray[np.int64]  # (k, 2): cell (i, j) reaches from h i to h (i + 1) in z1, likewise in z2


class Lattice(NamedTuple):
    """log p(x, z) at the middles of square cells."""

    spacing: float
    cells: Cells  # (k, 2)
    heights: NDArray[np.float64]  # (k,)

    @property
    def masses(self) -> NDArray[np.float64]:
        """log of the integral of p(x, z) over each cell, (k,)."""
        return self.heights + 2 * math.log(self.spacing)

    def at(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """log p(x, z) at points (…, 2), interpolated between cells; very low where there are none: (…)."""
        grid, _ = _as_grid(self)
        low = np.where(np.isfinite(grid), grid, self.heights.max() - FLOOR)
        place = z / self.spacing - 0.5 - self.cells.min(axis=0)
        found: NDArray[np.float64] = map_coordinates(
            low, np.moveaxis(place, -1, 0), order=1, cval=self.heights.max() - FLOOR
        )
        return found


class Refined(NamedTuple):
    """log p(x) in nats, by how many nats it may be wrong, and the lattices it was summed over.

    The error is infinite if the image is likely at the border of what was looked at: then log p(x) is higher.

    The first covers every place that matters; those that follow take the place of cells around sharp peaks.
    """

    log_likelihood: float
    error: float
    lattices: tuple[Lattice, ...]
    passes: int  # points that were decoded


def centres(cells: Cells, spacing: float) -> Tensor:
    """The middles of cells as points, float32 (k, 2)."""
    return torch.from_numpy((cells + 0.5) * spacing).float()


@torch.inference_mode()
def joint(decoder: Decoder, image: Tensor, z: Tensor) -> NDArray[np.float64]:
    """log p(x, z) of one binary image (784,) at points z (k, 2): float64 (k,)."""
    found = log_likelihoods(decoder(z), image[None])[0] + log_prior(z)
    return found.cpu().double().numpy()


def refine(decoder: Decoder, image: Tensor, known: Outlook) -> Refined:
    """Sum p(x, z) of a binary image (784,) over the plane, where `known` says that the image can be."""
    cells, level = beginning(known.heights(image))
    passes = 0
    while True:
        lattice = looked_at(decoder, image, cells, level)
        passes += len(cells)
        difference = _halves(lattice)
        finer = _children(cells[_reached(lattice) >= lattice.heights.max() - CUT])
        if difference <= AGREED or level >= FINEST or passes + len(finer) > MOST:
            break
        cells, level = finer, level + 1
    if _beyond(lattice, known.side * SPACING) > SLIGHT:
        difference = math.inf
    return _sharpened(decoder, image, lattice, level, difference, passes)


def looked_at(decoder: Decoder, image: Tensor, cells: Cells, level: int) -> Lattice:
    spacing = SPACING / 2.0**level
    return Lattice(spacing, cells, joint(decoder, image, centres(cells, spacing)))


def _sharpened(
    decoder: Decoder, image: Tensor, lattice: Lattice, level: int, difference: float, passes: int
) -> Refined:
    """The sum, with the cells around sharp peaks replaced by finer ones for as long as that matters."""
    kept: list[Lattice] = []
    total = -math.inf
    while True:
        whole = float(np.logaddexp(total, _logsumexp(lattice.masses)))
        sharp = _sharp(lattice)
        share = math.exp(min(_logsumexp(lattice.masses[sharp]) - whole, 0.0))
        block = _around(lattice.cells, lattice.cells[sharp])
        finer = _children(lattice.cells[block], ring=False)
        if share <= SLIGHT or level >= FINEST or passes + len(finer) > MOST:
            hidden = -math.log(max(1 - share, 0.01)) if share > SLIGHT else 0.0
            return Refined(whole, difference + hidden, (*kept, lattice), passes)
        rest = Lattice(lattice.spacing, lattice.cells[~block], lattice.heights[~block])
        kept, total = [*kept, rest], float(np.logaddexp(total, _logsumexp(rest.masses)))
        level += 1
        lattice = looked_at(decoder, image, finer, level)
        passes += len(finer)


def beginning(heights: NDArray[np.float32]) -> tuple[Cells, int]:
    """Cells that may matter by the outlook's heights, and the level, so coarse that they are few."""
    side = len(heights) // 2
    _, reached = _falls(heights)
    cells, level = np.argwhere(reached >= heights.max() - CUT) - side, 0
    while len(cells) > FEW and level > COARSEST:
        cells, level = np.unique(cells // 2, axis=0), level - 1
    return _widened(cells), level


def _halves(lattice: Lattice) -> float:
    """Nats by which the sums over black and over white cells differ."""
    black = (lattice.cells.sum(axis=1) % 2).astype(bool)
    return abs(_logsumexp(lattice.heights[black]) - _logsumexp(lattice.heights[~black]))


def _beyond(lattice: Lattice, radius: float) -> float:
    """Share of the mass that lies at the border of the disc or outside."""
    points = (lattice.cells + 0.5) * lattice.spacing
    outside = np.linalg.norm(points, axis=1) > radius - 2 * max(lattice.spacing, SPACING)
    return math.exp(_logsumexp(lattice.heights[outside]) - _logsumexp(lattice.heights))


def _reached(lattice: Lattice) -> NDArray[np.floating]:
    grid, at = _as_grid(lattice)
    return _falls(grid)[1][at]


def _sharp(lattice: Lattice) -> NDArray[np.bool_]:
    grid, at = _as_grid(lattice)
    return _falls(grid)[0][at]


def _as_grid(lattice: Lattice) -> tuple[NDArray[np.float64], tuple[NDArray[np.int64], ...]]:
    """The heights as a rectangle, minus infinity where nothing is known, and where in it the cells are."""
    low = lattice.cells.min(axis=0)
    grid = np.full(lattice.cells.max(axis=0) - low + 1, -np.inf)
    at = tuple((lattice.cells - low).T)
    grid[at] = lattice.heights
    return grid, at


def _falls(grid: NDArray[np.floating]) -> tuple[NDArray[np.bool_], NDArray[np.floating]]:
    """Whether a cell is a sharp peak, and what log p(x, z) may reach in it; minus infinity where unknown.

    Between its middle and its border a function rises by about half of what it falls to the other side: a
    cell that stands above its neighbours may hide a peak, from any other it goes on to the higher neighbour.
    """
    known = np.isfinite(grid)
    own = np.where(known, grid, 0.0)
    lowest = minimum_filter(np.where(known, grid, np.inf), 3, mode="constant", cval=np.inf)
    highest = maximum_filter(grid, 3, mode="constant", cval=-np.inf)
    down, up = own - lowest, np.where(known, highest - own, 0.0)
    down[~known] = 0.0
    reached = np.where(known, own + 0.5 * np.where(up > 0, np.minimum(up, down), down), -np.inf)
    return (up == 0) & (down > SHARP), reached


def _around(cells: Cells, peaks: Cells, far: int = 2) -> NDArray[np.bool_]:
    """Which cells lie within `far` cells of one of the peaks."""
    if not len(peaks):
        return np.zeros(len(cells), dtype=bool)
    distance = np.abs(cells[:, None] - peaks).max(axis=2)
    near: NDArray[np.bool_] = distance.min(axis=1) <= far
    return near


def _children(cells: Cells, ring: bool = True) -> Cells:
    """The four quarters of each cell, and with `ring` a ring of quarters around them."""
    quarters = (2 * cells[:, None] + np.array([(0, 0), (0, 1), (1, 0), (1, 1)])).reshape(-1, 2)
    return _widened(quarters) if ring else quarters


def _widened(cells: Cells) -> Cells:
    """The cells with their eight neighbours, each once."""
    around = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)])
    return np.unique((cells[:, None] + around).reshape(-1, 2), axis=0)


def _logsumexp(values: NDArray[np.float64]) -> float:
    if not len(values):
        return -math.inf
    highest = float(values.max())
    return highest + math.log(float(np.exp(values - highest).sum()))
