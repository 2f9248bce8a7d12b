"""What one image costs under a VAE, in nats, and what the encoder's Gaussian misses of the true posterior."""

from __future__ import annotations

import math
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline
from scipy.optimize import minimize
from torch import Tensor

from vae.measure.inversion import Decoder, log_likelihoods
from vae.measure.outlook import Outlook
from vae.measure.refinement import Refined, joint, refine
from vae.model.network import VAE, Posterior
from vae.model.objective import kl_divergence
from vae.plane.box import Box

ALONE = 32  # points that one thread decodes alone
NODES = 9  # of Gauss and Hermite's rule, along each coordinate
HALF = 6  # points of the peak's own lattice on each side of it
STEP = 0.85  # their distance, in standard deviations there
WIDE = 3.0  # deviations of a Gaussian that the window holds
HIGH, NEAR = (
    3.0,
    8.0,
)  # nats below the peak, and deviations of the best Gaussian, that it holds of the posterior
SIDE = 64  # cells of the window, each way
REGIONS = (1 - math.exp(-0.5), 1 - math.exp(-2.0))  # 39.3 and 86.5 %: a Gaussian's within 1 and 2 deviations
LOOKS = 3  # at most, until the peak's own lattice holds the best Gaussian

Grid = NDArray[np.float64]


class Gaussian(NamedTuple):
    """Diagonal: its mean (2,) and its standard deviations (2,)."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


class Account(NamedTuple):
    """One binary image under a VAE, all in nats.

    reconstruction is E_q[-log p(x | z)] for the encoder's Gaussian q, by quadrature, and elbo is
    -reconstruction - kl. log_likelihood is log p(x), wrong by about `error`; if that is infinite, it is
    higher. The two gaps add up to log_likelihood - elbo (Cremer et al. 2018, arXiv 1801.03558, equation 3):
    what even the best diagonal Gaussian lacks, and what the encoder's lacks to that.

    `posterior` (SIDE, SIDE) is p(z | x) in the cells of `window`, row 0 at the top, 1 at its highest;
    `levels` are where its regions end that hold 39.3 and 86.5 % of it, and `elsewhere` is the share that
    lies outside the window.
    """

    reconstruction: float
    kl: float
    elbo: float
    log_likelihood: float
    error: float
    encoder: Gaussian
    best: Gaussian
    best_elbo: float
    window: Box
    posterior: Grid
    levels: tuple[float, float]
    elsewhere: float

    @property
    def approximation_gap(self) -> float:
        return self.log_likelihood - self.best_elbo

    @property
    def amortisation_gap(self) -> float:
        return self.best_elbo - self.elbo


class Peak(NamedTuple):
    """log p(x, z) on a lattice of its own around a peak: z1 (k,), z2 (k,), heights (k, k) by [z1, z2]."""

    z1: NDArray[np.float64]
    z2: NDArray[np.float64]
    heights: Grid


def account(model: VAE, image: Tensor, known: Outlook) -> Account:
    """The account of a binary image (784,) under a variational model on the CPU; `known` is the model's.

    It takes a few hundred passes of the decoder, on two cores where they are free.
    """
    with ThreadPoolExecutor(1) as helper, torch.inference_mode():
        return _account(model, image, known, _shared(model.decode, helper))


def _shared(decoder: Decoder, helper: Executor) -> Decoder:
    """The same decoder, half of whose work a helper's thread does."""

    @torch.inference_mode()
    def part(z: Tensor) -> Tensor:
        return decoder(z)

    def shared(z: Tensor) -> Tensor:
        if len(z) < ALONE:
            return part(z)
        half = len(z) // 2
        rest = helper.submit(part, z[half:])
        return torch.cat([part(z[:half]), rest.result()])

    return shared


def _account(model: VAE, image: Tensor, known: Outlook, decoder: Decoder) -> Account:
    refined = refine(decoder, image, known)
    posterior = model.encode(image[None])
    encoder = _gaussian(posterior)
    reconstruction = -expected_log_likelihood(decoder, image, encoder)
    kl = float(kl_divergence(*posterior)[0])
    elbo = -reconstruction - kl
    best, best_elbo, peak = best_gaussian(decoder, image, _highest(refined))
    if best_elbo < elbo:  # the encoder's peak is another one, or the best is its own
        best, best_elbo = encoder, elbo
    window = _window(refined, encoder, best)
    density, held = _density(peak, refined, window)
    return Account(
        reconstruction=reconstruction,
        kl=kl,
        elbo=elbo,
        log_likelihood=max(
            refined.log_likelihood, best_elbo
        ),  # a bound, should the sum be wrong by its error
        error=refined.error,
        encoder=encoder,
        best=best,
        best_elbo=best_elbo,
        window=window,
        posterior=density / density.max() if density.any() else density,
        levels=_levels(density),
        elsewhere=min(max(1 - held, 0.0), 1.0),
    )


def expected_log_likelihood(decoder: Decoder, image: Tensor, gaussian: Gaussian) -> float:
    """E_q[log p(x | z)] by Gauss and Hermite's rule: exact for polynomials up to degree 17."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    units = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    z = torch.from_numpy(gaussian.mean + gaussian.deviation * units).float()
    found = log_likelihoods(decoder(z), image[None])[0].double().numpy()
    return float(np.outer(weights, weights).ravel() @ found)


def best_gaussian(decoder: Decoder, image: Tensor, start: Gaussian) -> tuple[Gaussian, float, Peak]:
    """The diagonal Gaussian of the highest ELBO near `start`, that ELBO in nats, and the peak there."""
    found = start
    for _ in range(LOOKS):
        peak = _peak(decoder, image, found)
        centre, (found, elbo) = found, _fitted(peak, found)
        moved = np.abs(found.mean - centre.mean) / centre.deviation
        grown = found.deviation / centre.deviation
        if moved.max() < 1.5 and grown.max() < 1.5 and grown.min() > 0.6:
            break
    return found, elbo, peak


def _peak(decoder: Decoder, image: Tensor, around: Gaussian) -> Peak:
    steps = STEP * np.arange(-HALF, HALF + 1)
    z1, z2 = (around.mean[axis] + around.deviation[axis] * steps for axis in (0, 1))
    points = np.stack(np.meshgrid(z1, z2, indexing="ij"), axis=-1).reshape(-1, 2)
    heights = joint(decoder, image, torch.from_numpy(points).float())
    return Peak(z1, z2, heights.reshape(len(z1), len(z2)))


def _fitted(peak: Peak, start: Gaussian) -> tuple[Gaussian, float]:
    """The Gaussian that maximises E_q[log p(x, z)] + H(q) on the peak's lattice, and that ELBO."""
    scale = start.deviation
    axes = [(axis - mean) / unit for axis, mean, unit in zip(peak[:2], *start, strict=True)]

    def lacking(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        means, logs = numbers[:2], numbers[2:]
        units = [(axis - mean) * math.exp(-log) for axis, mean, log in zip(axes, means, logs, strict=True)]
        weights = [np.exp(-0.5 * unit**2) for unit in units]
        weights = [weight / weight.sum() for weight in weights]
        sides = [peak.heights @ weights[1], weights[0] @ peak.heights]
        expected = float(weights[0] @ sides[0])
        pulls = [weight * (side - expected) for weight, side in zip(weights, sides, strict=True)]
        slopes = [pull @ unit * math.exp(-log) for pull, unit, log in zip(pulls, units, logs, strict=True)]
        growths = [1 + pull @ unit**2 for pull, unit in zip(pulls, units, strict=True)]
        return -(expected + logs.sum()), -np.array([*slopes, *growths])

    bounds = [(-4.0, 4.0)] * 2 + [(math.log(0.4), math.log(2.5))] * 2
    found = minimize(lacking, np.zeros(4), jac=True, method="L-BFGS-B", bounds=bounds)
    gaussian = Gaussian(start.mean + scale * found.x[:2], scale * np.exp(found.x[2:]))
    entropy = math.log(2 * math.pi * math.e) + float(np.log(scale).sum())  # the rest is in `lacking`
    return gaussian, entropy - float(found.fun)


def _gaussian(posterior: Posterior) -> Gaussian:
    mean, log_variance = (part[0].double().numpy() for part in posterior)
    return Gaussian(mean, np.exp(0.5 * log_variance))


def _highest(refined: Refined) -> Gaussian:
    """The highest peak that was looked at: a parabola through its cell and the cells beside it."""
    lattice = max((part for part in refined.lattices if len(part.cells)), key=lambda part: part.heights.max())
    known = {
        tuple(cell): height for cell, height in zip(lattice.cells.tolist(), lattice.heights, strict=True)
    }
    i, j = lattice.cells[lattice.heights.argmax()].tolist()
    top = known[i, j]
    mean, deviation = np.array([i + 0.5, j + 0.5]), np.ones(2)
    for axis, beside in enumerate((((i - 1, j), (i + 1, j)), ((i, j - 1), (i, j + 1)))):
        before, after = (known.get(cell, top - 1.0) for cell in beside)
        bend = max(2 * top - before - after, 0.05)
        mean[axis] += (after - before) / (2 * bend)
        deviation[axis] = bend**-0.5
    return Gaussian(mean * lattice.spacing, deviation * lattice.spacing)


def _window(refined: Refined, *gaussians: Gaussian) -> Box:
    """A square that holds the Gaussians, and of the posterior what is high and near the last of them."""
    low = np.min([one.mean - WIDE * one.deviation for one in gaussians], axis=0)
    high = np.max([one.mean + WIDE * one.deviation for one in gaussians], axis=0)
    top = max(lattice.heights.max() for lattice in refined.lattices if len(lattice.cells))
    for lattice in refined.lattices:
        points = (lattice.cells[lattice.heights > top - HIGH] + 0.5) * lattice.spacing
        near = np.abs(points - gaussians[-1].mean).max(axis=1) < NEAR * gaussians[-1].deviation.max()
        low, high = np.min([low, *points[near]], axis=0), np.max([high, *points[near]], axis=0)
    return Box(float(low[0]), float(high[0]), float(low[1]), float(high[1])).squared(least=1e-3)


def _density(peak: Peak, refined: Refined, window: Box) -> tuple[Grid, float]:
    """p(z | x) in the window's cells, row 0 at the top, and the share of it that they hold.

    Around the peak it is interpolated on the peak's own lattice; elsewhere it is what was looked at.
    """
    z1, z2 = window.centres(SIDE, SIDE)
    heights = RectBivariateSpline(peak.z1, peak.z2, peak.heights)(z1, z2)
    points = np.stack(np.meshgrid(z1, z2, indexing="ij"), axis=-1)
    elsewhere = np.max([lattice.at(points) for lattice in refined.lattices if len(lattice.cells)], axis=0)
    inside = np.outer(_within(z1, peak.z1), _within(z2, peak.z2))
    height = np.where(inside, heights, elsewhere) - refined.log_likelihood
    density = np.exp(np.minimum(height, 700.0)).T[::-1]
    area = (window.right - window.left) * (window.top - window.bottom) / SIDE**2
    return density, float(density.sum() * area)


def _within(values: NDArray[np.float64], axis: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (values >= axis[0]) & (values <= axis[-1])
    return inside


def _levels(density: Grid) -> tuple[float, float]:
    """Relative to the highest cell: where the smallest regions end that hold the shares of REGIONS."""
    ordered = np.sort(density.ravel())[::-1]
    if not ordered[0] > 0:
        return 1.0, 1.0
    held = np.cumsum(ordered) / ordered.sum()
    first, second = (float(ordered[np.searchsorted(held, share)] / ordered[0]) for share in REGIONS)
    return first, second
