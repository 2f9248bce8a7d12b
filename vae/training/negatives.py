"""Pictures that are no digits, made from digits and from nothing, for the judge to learn to refuse.

Outlier exposure (Hendrycks et al. 2019, arXiv 1812.04606): a network that is shown outliers in training also
refuses others that it was not shown. Every kind is a function of training digits, a count and a generator.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, interpolate

from vae.config import SIDE

HEAVY = (3.5, 6.0)  # pixels, the deviation of a blur in which no digit is left
PUSH = (6.0, 10.0)  # pixels by which a warp moves what it moves most


class Digits(NamedTuple):
    """Training digits, on one device."""

    images: Tensor  # (n, 784), uint8
    labels: Tensor  # (n,)

    def drawn(self, count: int, generator: Generator) -> Tensor:
        """Indices (count,) of digits drawn at random."""
        return torch.randint(len(self.images), (count,), generator=generator, device=self.images.device)

    def crooked(self, count: int, generator: Generator) -> Tensor:
        """Indices (k,), k <= count, of digits from 2 on: parts of a 1 are a 1, and a smear may be a 0."""
        rows = self.drawn(2 * count, generator)
        return rows[self.labels[rows] > 1][:count]

    def pictures(self, rows: Tensor) -> Tensor:
        """Their grey values in [0, 1]: (k, 1, 28, 28)."""
        return self.images[rows].view(-1, 1, SIDE, SIDE).float() / 255

    def pairs(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Two pictures each, (k, 1, 28, 28), of different digits; k <= count, less where digits are few."""
        one, other = self.drawn(3 * count, generator), self.drawn(3 * count, generator)
        kept = (self.labels[one] != self.labels[other]).nonzero()[:count, 0]
        return self.pictures(one[kept]), self.pictures(other[kept])


Kind = Callable[[Digits, int, Generator], Tensor]  # to at most `count` pictures (k, 1, 28, 28) in [0, 1]


def negatives(digits: Digits, count: int, generator: Generator) -> Tensor:
    """About `count` pictures, as many of every kind: float (k, 784) in [0, 1], on the digits' device."""
    each = math.ceil(count / len(KINDS))
    return torch.cat([kind(digits, each, generator) for kind in KINDS]).flatten(1)


def uniform(low: float, high: float, shape: tuple[int, ...], like: Tensor, generator: Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=generator, device=like.device)


def scribbles(digits: Digits, count: int, generator: Generator) -> Tensor:
    """One to three smooth random strokes, as wide as those of MNIST, that turn more than a digit's."""
    like, points = digits.images, 72
    strokes = 1 + torch.randint(3, (count, 1, 1), generator=generator, device=like.device)
    waves = torch.arange(1, 5, device=like.device)
    size = uniform(-1, 1, (count, 3, 2, 4, 2), like, generator) * 6 / waves.sqrt()[:, None]
    t = torch.linspace(0, 1, points, device=like.device)[:, None] * waves * math.pi  # (points, waves)
    basis = torch.stack([t.cos(), t.sin()], dim=-1)
    middle = SIDE / 2 + uniform(-3, 3, (count, 3, 1, 2), like, generator)
    path = middle + torch.einsum("pwf,nsawf->nspa", basis, size)
    axis = torch.arange(SIDE, device=like.device) + 0.5
    squares = [(axis - path[..., i, None]).square() for i in (0, 1)]  # (n, 3, points, 28)
    apart = (squares[1][..., :, None] + squares[0][..., None, :]).amin(
        dim=2
    )  # to each stroke: (n, 3, 28, 28)
    there = torch.arange(3, device=like.device)[None, :, None, None] < strokes[..., None]
    distance = torch.where(there, apart, torch.inf).amin(dim=1).sqrt()
    width = uniform(0.8, 1.9, (count, 1, 1), like, generator)
    return torch.sigmoid((width - distance) * 3)[:, None]


def overlays(digits: Digits, count: int, generator: Generator) -> Tensor:
    """Two different digits, one over the other or half beside it."""
    one, other = digits.pairs(count, generator)
    shift = uniform(-5, 5, (len(one), 2), one, generator)
    return torch.maximum(shifted(one, shift), shifted(other, -shift))


def averages(digits: Digits, count: int, generator: Generator) -> Tensor:
    """The mean of two different digits, or of up to sixteen of any kind, as grey as a mean is or darker."""
    one, other = digits.pairs(count, generator)
    weight = uniform(0.42, 0.58, (len(one), 1, 1, 1), one, generator)
    two = weight * one + (1 - weight) * other
    drawn = digits.pictures(digits.drawn(16 * len(one), generator)).view(len(one), 16, SIDE, SIDE)
    most = torch.randint(4, 17, (len(one), 1, 1, 1), generator=generator, device=one.device)
    first = torch.arange(16, device=one.device)[None, :, None, None] < most
    many = (drawn * first).sum(dim=1, keepdim=True) / most
    gain = uniform(0.8, 1.8, (len(one), 1, 1, 1), one, generator)
    return torch.where(torch.rand_like(weight, generator=generator) < 0.6, two, gain * many).clamp(0, 1)


def halves(digits: Digits, count: int, generator: Generator) -> Tensor:
    """Half a digit and the other half of a different one, slipped along the cut so that they do not meet.

    Halves that meet often make a digit: a 9 and a 4 share their lower one.
    """
    one, other = digits.pairs(count, generator)
    lying = torch.rand(len(one), 1, generator=generator, device=one.device) < 0.5
    slip = uniform(3, 6, (len(one), 1), one, generator)
    slip = torch.where(torch.rand_like(slip, generator=generator) < 0.5, slip, -slip)
    along = torch.cat([slip * lying, slip * ~lying], dim=1)
    cut = torch.arange(SIDE, device=one.device) < SIDE // 2
    first = torch.where(lying[:, :, None, None], cut[:, None], cut[None, :])
    return torch.where(first, shifted(one, along), shifted(other, -along))


def quarters(digits: Digits, count: int, generator: Generator) -> Tensor:
    """A digit cut into four, put together in the wrong order."""
    pictures = digits.pictures(digits.crooked(count, generator))
    half = SIDE // 2
    parts = pictures.view(-1, 2, half, 2, half).transpose(2, 3).reshape(-1, 4, half, half)
    turn = torch.randint(1, 4, (len(parts), 1), generator=generator, device=parts.device)
    order = (torch.arange(4, device=parts.device) ^ turn)[:, :, None, None].expand_as(parts)
    moved = parts.gather(1, order).view(-1, 2, 2, half, half).transpose(2, 3)
    return moved.reshape(-1, 1, SIDE, SIDE)


def warped(digits: Digits, count: int, generator: Generator) -> Tensor:
    """Digits under a smooth random displacement of several pixels, that tears their strokes about."""
    pictures = digits.pictures(digits.drawn(count, generator))
    coarse = torch.randn(count, 2, 6, 6, generator=generator, device=pictures.device)
    field = interpolate(coarse, size=(SIDE, SIDE), mode="bicubic", align_corners=False)
    push = uniform(*PUSH, (count, 1, 1, 1), pictures, generator)
    field = field / field.flatten(1).abs().amax(dim=1)[:, None, None, None] * push * 2 / SIDE
    still = torch.eye(2, 3, device=pictures.device).expand(count, 2, 3)
    grid = affine_grid(still, [count, 1, SIDE, SIDE], align_corners=False) + field.permute(0, 2, 3, 1)
    return grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)


def smeared(digits: Digits, count: int, generator: Generator) -> Tensor:
    """Digits blurred until none is left, some as bright as before."""
    pictures = digits.pictures(digits.crooked(count, generator))
    soft = blurred(pictures, uniform(*HEAVY, (len(pictures),), pictures, generator))
    gain = uniform(1, 2.5, (len(pictures), 1, 1, 1), pictures, generator)
    return (gain * soft).clamp(0, 1)


def noise(digits: Digits, count: int, generator: Generator) -> Tensor:
    """Dots, grey noise, blots, one grey everywhere, nothing at all, and the pixels of a digit shuffled."""
    like, each = digits.images, math.ceil(count / 6)

    def field(side: int = SIDE) -> Tensor:
        return torch.rand(each, 1, side, side, generator=generator, device=like.device)

    level = uniform(0.02, 0.6, (each, 1, 1, 1), like, generator)
    coarse = interpolate(field(9), size=(SIDE, SIDE), mode="bicubic", align_corners=False)
    order = torch.randperm(SIDE * SIDE, generator=generator, device=like.device)
    shuffled = digits.pictures(digits.drawn(each, generator)).flatten(1)[:, order].view(-1, 1, SIDE, SIDE)
    blots = torch.sigmoid((coarse - 1 + level) * 12)
    made = [(field() < level).float(), field() * level, blots, level.expand(-1, 1, SIDE, SIDE), 0 * level]
    made[-1] = made[-1].expand(-1, 1, SIDE, SIDE)
    return torch.cat([*made, shuffled])[:count]


KINDS: tuple[Kind, ...] = (scribbles, overlays, averages, halves, quarters, warped, smeared, noise)


def blurred(pictures: Tensor, deviations: Tensor) -> Tensor:
    """Pictures (n, 1, 28, 28), each blurred by a Gaussian with its own deviation (n,), in pixels."""
    reach = torch.arange(-9, 10, device=pictures.device)
    bell = torch.exp(-0.5 * (reach / deviations[:, None].clamp_min(1e-3)).square())
    bell = bell / bell.sum(dim=1, keepdim=True)
    flat = pictures.transpose(0, 1)  # every picture is a channel with a kernel of its own
    rows = conv2d(flat, bell[:, None, :, None], padding=(9, 0), groups=len(pictures))
    return conv2d(rows, bell[:, None, None, :], padding=(0, 9), groups=len(pictures)).transpose(0, 1)


def shifted(pictures: Tensor, pixels: Tensor) -> Tensor:
    """Pictures (n, 1, 28, 28) moved by (n, 2) pixels, right and down."""
    still = torch.eye(2, device=pictures.device).expand(len(pictures), 2, 2)
    matrix = torch.cat([still, -pixels[:, :, None] * 2 / SIDE], dim=2)
    grid = affine_grid(matrix, list(pictures.shape), align_corners=False)
    return grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)
