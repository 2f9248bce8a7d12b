"""Small random changes of training images that leave a digit what it is."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from vae.config import SIDE

ROTATION = math.radians(8)
SCALING = 0.08
SHEAR = 0.12
SHIFT = 1.5  # pixels


def jitter(images: Tensor, generator: torch.Generator) -> Tensor:
    """Rotate, scale, shear and shift each picture a little: uint8 (n, 784) to uint8 (n, 784).

    Each change is uniform up to the constants above, in either direction.
    """
    n, device = len(images), images.device
    change = torch.rand(n, 5, generator=generator, device=device) * 2 - 1
    angle, shear = change[:, 0] * ROTATION, change[:, 2] * SHEAR
    scale = 1 + change[:, 1] * SCALING
    cosine, sine = scale * torch.cos(angle), scale * torch.sin(angle)
    shift = change[:, 3:] * (2 * SHIFT / SIDE)  # affine_grid's coordinates span 2 over the picture
    rows = [cosine, shear - sine, shift[:, 0], sine, cosine, shift[:, 1]]
    matrix = torch.stack(rows, dim=1).view(n, 2, 3)
    grid = affine_grid(matrix, [n, 1, SIDE, SIDE], align_corners=False)
    pictures = images.view(n, 1, SIDE, SIDE).float()
    moved = grid_sample(pictures, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return moved.round().to(torch.uint8).view(n, -1)
