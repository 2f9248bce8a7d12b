"""The decoder's own geometry: shortest paths where codes or the prior live, and how it magnifies areas.

A path's length is the distance its picture travels, ||J dz|| for a small step, with pictures as 784 ink
probabilities: the pull-back metric J^T J (Arvanitidis et al. 2018, arXiv 1710.11379; Shao et al. 2018, arXiv
1711.08014). Where no code and no prior is, nobody taught the decoder; its picture may rest there, and paths
would escape through such places. Arvanitidis et al. add the Jacobian of the decoder's standard deviation,
which grows there; a decoder of ink probabilities has none, so a term made of the densities stands in for it
(as in Arvanitidis et al. 2021, arXiv 2103.05290, and Bethune et al. 2025, arXiv 2505.18230, whose metrics are
functions of a density or of its -log alone):

    M(z) = J^T J + g e(z) I

with e(z) the nats by which codes and prior together fall short of living at z (`Support.emptiness`), 0 where
they live, and g the median of tr(J^T J) / 2 over the codes: a place short of one nat costs, by itself, as
much as the picture's usual change.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from torch import Tensor

from vae.measure.field import Array, Field, centres
from vae.measure.support import Support
from vae.model.network import VAE, probabilities
from vae.plane.box import reachable_box
from vae.plane.lattices import Point, Points
from vae.plane.limits import MAX_POINTS
from vae.plane.paths import straight

CELLS = 128  # a side of the box, in which the metric is measured
COARSE = 64  # a side of the lattice whose shortest paths are relaxed
NODES = 80  # of the curve that is relaxed
FLOOR = 1e-4  # of g, added to the metric: where the picture rests, the plane decides

# Steps from a lattice point to its 16 neighbours, one of each pair of opposite ones. With the knight's moves
# a lattice path is at most 2.8 % longer than a free one; with the 8 nearest alone it would be 8 %.
STEPS = ((1, 0), (0, 1), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))


class Geodesic(NamedTuple):
    """A shortest path; lengths are in the metric, which is picture change where codes or the prior live."""

    points: Points  # (count, 2), about equal steps in picture space, ends exact
    length: float  # of these points, one after the other
    straight_length: float  # the same of the straight path with as many points; never less than `length`
    straight: bool  # nothing shorter than the straight path was found: these are its points


def survey(model: VAE, means: Points) -> Generator[float, None, PictureSpace]:
    """Measure a decoder's plane around codes (n, 2), a row of cells at a time.

    Yields the share that is done, and returns the PictureSpace. What is between two yields takes as long as
    decoding some hundred points, so whoever runs it can give way to others.

    The metric of a cell comes from the pictures at its corners: the mean square of the change along its two
    edges of a direction, per unit, and between directions the product of the mean changes. It is what a step
    through the cell changes, exact up to the second order of the cell's size, and never indefinite.
    """
    box = reachable_box(means)
    z1, z2 = np.linspace(box.left, box.right, CELLS + 1), np.linspace(box.bottom, box.top, CELLS + 1)
    pulled, before = np.zeros((CELLS, CELLS, 3)), None
    for i, first in enumerate(z1):
        row = _pictures(model, np.stack([np.full_like(z2, first), z2], axis=1).astype(np.float32))
        if before is not None:
            pulled[i - 1] = _metric_between(before, row, z1[1] - z1[0], z2[1] - z2[0])
        before = row
        yield (i + 1) / len(z1)
    return PictureSpace(model, Support(means), Field(box, pulled), means)


def picture_space(model: VAE, means: Points) -> PictureSpace:
    """The whole survey at once: seconds on a CPU."""
    rows = survey(model, means)
    while True:
        try:
            next(rows)
        except StopIteration as end:
            space: PictureSpace = end.value
            return space


class PictureSpace:
    """Shortest paths of one decoder, as `survey` measured its plane. Any thread may ask it.

    `pulled_back` is J^T J alone, over `box`.
    """

    def __init__(self, model: VAE, support: Support, pulled_back: Field, means: Points) -> None:
        self._model, self._support, self.pulled_back = model, support, pulled_back
        self.box = pulled_back.box
        change = pulled_back.tensors[..., ::2].mean(axis=-1)
        at_codes = ((means - [self.box.left, self.box.bottom]) / pulled_back.cell).astype(np.intp)
        self._usual = float(np.median(change[tuple(np.clip(at_codes, 0, CELLS - 1).T)]))  # g
        self._emptiness = support.emptiness(pulled_back.centres.reshape(-1, 2)).reshape(CELLS, CELLS)
        added = self._usual * (self._emptiness + FLOOR) + 1e-12
        self._metric = Field(self.box, pulled_back.tensors + added[..., None] * [1, 0, 1])
        self._places = centres(self.box, COARSE).reshape(-1, 2)
        self._graph = self._joined()

    def geodesic(self, a: Point, b: Point, count: int = MAX_POINTS) -> Geodesic:
        """The shortest path from A to B that was found, never longer than the straight one, in the metric.

        Inside the box it is one of `curves`; an end beyond the box is joined to it straight. Its length is
        measured anew by decoding it. Raises ValueError like `vae.plane.paths.straight`.
        """
        line = straight(a, b, count)
        ends = line[[0, -1]].astype(np.float64)
        inner = np.clip(ends, [self.box.left, self.box.bottom], [self.box.right, self.box.top])
        curve = np.concatenate([ends[:1], self.curves(inner[:1], inner[1:])[0], ends[1:]])
        rough = _evenly(_finer(curve, 4 * count // len(curve) + 1), self.pulled_back.steps, count)
        points = _evenly(rough, self._picture_steps, count).astype(np.float32)
        points[0], points[-1] = line[0], line[-1]
        shorter, length = self._length(points), self._length(line)
        if shorter < length:
            return Geodesic(points, shorter, length, straight=False)
        return Geodesic(line, length, length, straight=True)

    def curves(self, a: Array, b: Array) -> Array:
        """Shortest paths of the measured metric from each of a (k, 2) to each of b, in the box: (k, 80, 2).

        Dijkstra's shortest paths on a lattice, relaxed to curves of least energy. Nothing is decoded.
        """
        starts, ends = self._nearest(a), self._nearest(b)
        unique, which = np.unique(starts, return_inverse=True)
        _, before = dijkstra(self._graph, indices=unique, return_predecessors=True)
        rough = []
        for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
            walk = [end]
            while walk[-1] != start:
                walk.append(before[which[k], walk[-1]])
            path = np.concatenate([a[k : k + 1], self._places[walk[-2:0:-1]], b[k : k + 1]])
            rough.append(_evenly(_finer(path, 8), self._metric.steps, NODES))
        return self._metric.relaxed(np.stack(rough))

    def magnification(self, side: int = COARSE) -> tuple[Array, NDArray[np.bool_]]:
        """sqrt(det J^T J) in side x side cells over the box, the top row first; and where one lives.

        How many times larger a small patch of the plane becomes in picture space, the root mean square over a
        cell. `side` divides 128. The second array says whether codes or the prior live in a cell.
        """
        m11, m12, m22 = np.moveaxis(self.pulled_back.tensors, -1, 0)
        folds = (side, CELLS // side, side, CELLS // side)
        determinant = np.maximum(m11 * m22 - m12**2, 0).reshape(folds).mean(axis=(1, 3))
        lived = (self._emptiness == 0).reshape(folds).any(axis=(1, 3))
        return np.sqrt(determinant).T[::-1], lived.T[::-1]

    def _joined(self) -> csr_array:
        """The coarse lattice, neighbours joined by edges of their length in the metric."""
        index = np.arange(COARSE * COARSE).reshape(COARSE, COARSE)
        pairs = []
        for right, up in STEPS:
            here = slice(0, COARSE - right), slice(max(0, -up), COARSE - max(0, up))
            there = slice(right, COARSE), slice(max(0, up), COARSE + min(0, up))
            pairs.append(np.stack([index[here].ravel(), index[there].ravel()]))
        first, last = np.concatenate(pairs, axis=1)
        edges = _finer(np.stack([self._places[first], self._places[last]]), 4).swapaxes(0, 1)
        lengths = self._metric.steps(edges).sum(axis=1)
        both = np.concatenate([first, last]), np.concatenate([last, first])
        return coo_array((np.tile(lengths, 2), both), shape=(index.size, index.size)).tocsr()

    def _nearest(self, z: Array) -> NDArray[np.intp]:
        """Index of the lattice point nearest to each of z (k, 2): (k,)."""
        cell = self.pulled_back.cell * CELLS / COARSE
        at = np.clip((z - [self.box.left, self.box.bottom]) / cell, 0, COARSE - 1).astype(np.intp)
        return at[:, 0] * COARSE + at[:, 1]

    def _length(self, points: Points) -> float:
        steps, z = self._picture_steps(points), points.astype(np.float64)
        middles = (z[1:] + z[:-1]) / 2
        in_plane = np.square(np.diff(z, axis=0)).sum(axis=1)
        return float(np.sqrt(steps**2 + self._usual * self._support.emptiness(middles) * in_plane).sum())

    def _picture_steps(self, points: Points | Array) -> Array:
        """||dec(z_(i+1)) - dec(z_i)|| along points (n, 2): (n - 1,)."""
        pictures = _pictures(self._model, points.astype(np.float32))
        steps: Array = pictures.diff(dim=0).norm(dim=1).cpu().double().numpy()
        return steps


def _metric_between(before: Tensor, after: Tensor, width: float, height: float) -> Array:
    """[M11, M12, M22] of the n cells between two columns of n + 1 pictures: (n, 3)."""
    across = (after - before) / width
    up, up_after = before.diff(dim=0) / height, after.diff(dim=0) / height
    across_squared = across.square().sum(dim=1)
    m11 = (across_squared[:-1] + across_squared[1:]) / 2
    m22 = (up.square().sum(dim=1) + up_after.square().sum(dim=1)) / 2
    m12 = ((across[:-1] + across[1:]) * (up + up_after)).sum(dim=1) / 4
    cells: Array = torch.stack([m11, m12, m22], dim=1).cpu().double().numpy()
    return cells


def _finer(points: Array, times: int) -> Array:
    """The polyline through points (n, ...) with every segment cut into `times` equal ones."""
    parts = np.arange(times).reshape(-1, *[1] * (points.ndim - 1)) / times
    between = points[:-1, None] + parts * (points[1:, None] - points[:-1, None])
    return np.concatenate([between.reshape(-1, *points.shape[1:]), points[-1:]])


def _evenly(points: Array, measure: Callable[[Array], Array], count: int) -> Array:
    """`count` points on the polyline through points (n, 2), in equal steps of what `measure` says of its own.

    `measure` gives the lengths (n - 1,) of the steps; where all rests, the plane decides.
    """
    in_plane = np.linalg.norm(np.diff(points, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(measure(points) + 1e-6 * in_plane)])
    wanted = np.linspace(0.0, walked[-1], count)
    return np.stack([np.interp(wanted, walked, axis) for axis in points.T], axis=1)


@torch.no_grad()
def _pictures(model: VAE, points: Points) -> Tensor:
    """Ink probabilities (n, 784) at points (n, 2), on the model's device."""
    return probabilities(model.decode(torch.from_numpy(points).to(next(model.parameters()).device)))
