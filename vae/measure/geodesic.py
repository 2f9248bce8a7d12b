"""The decoder's own geometry: shortest paths in its pull-back metric J^T J, and how it magnifies areas.

A path's length is the distance its picture travels: the sum of ||dec(z_(i+1)) - dec(z_i)|| over small steps,
with pictures as 784 ink probabilities (Arvanitidis et al. 2018, arXiv 1710.11379; Shao et al. 2018, arXiv
1711.08014).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from torch import Tensor

from vae.measure.quality import metric, pictures_and_jacobian
from vae.model.network import VAE, probabilities
from vae.plane.box import Box, data_box
from vae.plane.lattices import Point, Points
from vae.plane.paths import MAX_POINTS, straight

FINE, COARSE = 128, 48  # points a side of the lattice over the data, and of one that must reach further
NODES = 80  # of the curve whose energy is minimised
ITERATIONS = 8  # at most; most curves need 3 to 6
CONVERGED = 1e-3  # relative fall of the energy in one iteration that is no longer worth another
AT_ONCE = 2048  # points decoded together

# Steps from a lattice point to its 16 neighbours, one of each pair of opposite ones. With the knight's moves
# a lattice path is at most 2.8 % longer than a free one; with the 8 nearest alone it would be 8 %.
STEPS = ((1, 0), (0, 1), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))


class Geodesic(NamedTuple):
    """A shortest path; lengths are in picture space."""

    points: Points  # (count, 2), equal steps in picture space, ends exact
    length: float  # of these points' pictures, one after the other
    straight_length: float  # the same of the straight path with as many points; never less than `length`
    straight: bool  # nothing shorter than the straight path was found: these are its points


class PictureSpace:
    """Shortest paths of one decoder. Made once, it holds the lattice's edge lengths; any thread may ask it.

    The lattice covers the test digits' latent means (n, 2), however far they spread. A path that begins or
    ends outside gets a coarser lattice of its own, which reaches as far.
    """

    def __init__(self, model: VAE, means: Points) -> None:
        self._model = model
        self.box = data_box(means)
        self._lattice = _Lattice(model, self.box, FINE)

    def geodesic(self, a: Point, b: Point, count: int = MAX_POINTS) -> Geodesic:
        """The shortest path from A to B that was found, never longer than the straight one.

        It stays within `box`, or the smallest box that holds A and B as well.
        Dijkstra's shortest path on the lattice, relaxed to a curve of least energy. Raises ValueError like
        `vae.plane.paths.straight`.
        """
        line = straight(a, b, count)
        length = float(_picture_steps(self._model, line).sum())
        box = self.box.stretched_to(line[0]).stretched_to(line[-1])
        rough = self._lattice_path(line[0], line[-1])
        nodes = _with_equal_steps(self._model, rough, NODES)
        points = _with_equal_steps(self._model, _relaxed(self._model, nodes, box), count)
        points[0], points[-1] = line[0], line[-1]
        shorter = float(_picture_steps(self._model, points).sum())
        if shorter < length:
            return Geodesic(points, shorter, length, straight=False)
        return Geodesic(line, length, length, straight=True)

    def _lattice_path(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> Points:
        if self.box.holds(a) and self.box.holds(b):
            return self._lattice.shortest(a, b)
        return _Lattice(self._model, self.box.stretched_to(a).stretched_to(b), COARSE).shortest(a, b)


class _Lattice:
    """side x side points over a box, joined to their neighbours by edges as long as the picture changes."""

    def __init__(self, model: VAE, box: Box, side: int) -> None:
        self._model, self._side = model, side
        axes = np.linspace(box.left, box.right, side), np.linspace(box.bottom, box.top, side)
        self._origin = np.array([box.left, box.bottom])
        self._spacing = np.array([box.right - box.left, box.top - box.bottom]) / (side - 1)
        self._points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2).astype(np.float32)
        pictures = _pictures(model, self._points).view(side, side, -1)
        index = np.arange(side * side).reshape(side, side)
        starts, ends, lengths = [], [], []
        for right, up in STEPS:
            here = slice(0, side - right), slice(max(0, -up), side - max(0, up))
            there = slice(right, side), slice(max(0, up), side + min(0, up))
            starts.append(index[here].ravel())
            ends.append(index[there].ravel())
            lengths.append((pictures[there] - pictures[here]).norm(dim=2).flatten().cpu().numpy())
        self._starts, self._ends = np.concatenate(starts), np.concatenate(ends)
        self._lengths = np.concatenate(lengths).astype(np.float64)

    def shortest(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> Points:
        """Dijkstra's path (k, 2) from A to B, k >= 2, both inside the box.

        The straight line from A to B is part of the graph, each of its points joined to the corners of the
        lattice cell it lies in: it is how A and B are reached, and a way to be left and joined anywhere.
        """
        line = straight(a, b, self._side)
        nodes = len(self._points) + np.arange(len(line))
        corners = self._corners(line)  # (n, 4)
        near, which = np.unique(corners, return_inverse=True)
        on_line, at_corners = _pictures(self._model, line), _pictures(self._model, self._points[near])
        rungs = (on_line[:, None] - at_corners[torch.from_numpy(which.reshape(corners.shape))]).norm(dim=2)
        starts = np.concatenate([self._starts, nodes[:-1], np.repeat(nodes, 4)])
        ends = np.concatenate([self._ends, nodes[1:], corners.ravel()])
        lengths = np.concatenate(
            [self._lengths, on_line.diff(dim=0).norm(dim=1).cpu().numpy(), rungs.flatten().cpu().numpy()]
        )
        points = np.concatenate([self._points, line])
        # where the picture does not change at all, the shorter way through the plane is the better one
        lengths += 1e-6 * np.linalg.norm(points[starts] - points[ends], axis=1) + 1e-12
        graph = coo_array((lengths, (starts, ends)), shape=(len(points), len(points))).tocsr()
        _, before = dijkstra(graph, directed=False, indices=nodes[0], return_predecessors=True)
        walk = [int(nodes[-1])]
        while walk[-1] != nodes[0]:
            walk.append(int(before[walk[-1]]))
        path: Points = points[walk[::-1]]
        return path

    def _corners(self, points: Points) -> NDArray[np.intp]:
        """Indices of the four lattice points around each of points (n, 2): (n, 4)."""
        cell = np.clip((points - self._origin) / self._spacing, 0, self._side - 2).astype(np.intp)
        first = cell[:, 0] * self._side + cell[:, 1]
        return np.stack([first, first + 1, first + self._side, first + self._side + 1], axis=1)


def area_magnification(model: VAE, box: Box, side: int = 64) -> NDArray[np.float64]:
    """sqrt(det J^T J) at the centres of side x side cells over the box: (side, side), top row first.

    How many times larger a small patch of the plane becomes in picture space; exact, by torch.func.
    """
    fractions = (np.arange(side) + 0.5) / side
    z1 = box.left + (box.right - box.left) * fractions
    z2 = box.top - (box.top - box.bottom) * fractions
    centres = np.stack(np.meshgrid(z1, z2), axis=-1).reshape(-1, 2).astype(np.float32)
    g = metric(model, _on_device(model, centres)).cpu().double()
    determinant = g[:, 0, 0] * g[:, 1, 1] - g[:, 0, 1] * g[:, 1, 0]
    magnification: NDArray[np.float64] = determinant.clamp(min=0.0).sqrt().view(side, side).numpy()
    return magnification


def _relaxed(model: VAE, nodes: Points, box: Box) -> Points:
    """The curve of least energy, sum of ||dec(z_(i+1)) - dec(z_i)||^2, near nodes (n, 2), its ends fixed.

    It stays within the box: far from the data pictures hardly change, and paths would lead through there.

    A curve of least energy is a shortest path walked at constant speed. Levenberg-Marquardt: the energy is a
    sum of squares, and each step solves its normal equations with the decoder's exact Jacobian.
    """
    z = _on_device(model, nodes)
    pictures, jacobian = pictures_and_jacobian(model, z)
    energy, damping = _energy(pictures), 1e-3
    lowest, highest = z.new_tensor([box.left, box.bottom]), z.new_tensor([box.right, box.top])
    for _ in range(ITERATIONS):
        hessian, gradient = _normal_equations(pictures, jacobian)
        stiffness = hessian.diagonal() + 1e-3 * hessian.diagonal().mean() + 1e-12
        while damping < 1e3:
            step = torch.linalg.solve(hessian + torch.diag(damping * stiffness), -gradient)
            moved = z.clone()
            moved[1:-1] = (moved[1:-1] + step.view(-1, 2).to(z)).clamp(lowest, highest)
            lower = _energy(_decoded(model, moved))
            if lower < energy:
                break
            damping *= 10
        else:
            break
        gained, energy = energy - lower, lower
        z, damping = moved, max(damping / 10, 1e-6)
        if gained < CONVERGED * energy:
            break
        pictures, jacobian = pictures_and_jacobian(model, z)
    return z.cpu().numpy()


def _normal_equations(pictures: Tensor, jacobian: Tensor) -> tuple[Tensor, Tensor]:
    """Half the Gauss-Newton Hessian (2m, 2m) and half the gradient (2m,) of the energy, in double precision.

    In the m inner points of the curve; block tridiagonal: 2 J_i^T J_i, and -J_i^T J_(i+1) beside it.
    """
    inner = jacobian[1:-1].transpose(1, 2)  # (m, 2, 784)
    bend = 2 * pictures[1:-1] - pictures[:-2] - pictures[2:]
    gradient = (inner @ bend[:, :, None]).flatten().cpu().double()
    own, next_ = (inner @ jacobian[1:-1]).cpu().double(), (inner[:-1] @ jacobian[2:-1]).cpu().double()
    m = len(own)
    k = torch.arange(m)
    hessian = torch.zeros(m, 2, m, 2, dtype=torch.float64)
    hessian[k, :, k] = 2 * own
    hessian[k[:-1], :, k[1:]] = -next_
    hessian[k[1:], :, k[:-1]] = -next_.transpose(1, 2)
    return hessian.view(2 * m, 2 * m), gradient


def _energy(pictures: Tensor) -> float:
    return float(pictures.diff(dim=0).square().sum())


def _with_equal_steps(model: VAE, nodes: Points, count: int) -> Points:
    """`count` points on the polyline through nodes (n, 2), the picture changing equally at each step."""
    between = max(1, 4 * count // len(nodes))  # samples a segment, so that the picture's way is known closely
    at, nodes_at = np.arange(between * (len(nodes) - 1) + 1) / between, np.arange(len(nodes))
    fine = np.stack([np.interp(at, nodes_at, axis) for axis in nodes.T], axis=1).astype(np.float32)
    steps = _picture_steps(model, fine)
    steps += 1e-6 * np.linalg.norm(np.diff(fine, axis=0), axis=1)  # the plane decides where the picture rests
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, walked[-1], count)
    return np.stack([np.interp(wanted, walked, axis) for axis in fine.T], axis=1).astype(np.float32)


def _picture_steps(model: VAE, points: Points) -> NDArray[np.float64]:
    """||dec(z_(i+1)) - dec(z_i)|| along points (n, 2): (n - 1,)."""
    steps: NDArray[np.float64] = _pictures(model, points).diff(dim=0).norm(dim=1).cpu().double().numpy()
    return steps


def _pictures(model: VAE, points: Points) -> Tensor:
    return _decoded(model, _on_device(model, points))


@torch.no_grad()
def _decoded(model: VAE, z: Tensor) -> Tensor:
    """Ink probabilities (n, 784) at z (n, 2), on the model's device."""
    return torch.cat([probabilities(model.decode(part)) for part in torch.split(z, AT_ONCE)])


def _on_device(model: VAE, points: Points) -> Tensor:
    return torch.from_numpy(points).to(next(model.parameters()).device)
