"""Variations of an image: decoded draws from its posterior, what the judge makes of them, and files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vae.config import SIDE
from vae.measure.draws import Verdict, judged
from vae.model.classifier import Classifier
from vae.model.network import VAE, decode_all
from vae.plane.lattices import Points


class Variations(NamedTuple):
    """Pictures (n, 784), grey values 0 to 255, of places (n, 2); the judge's verdicts, none without one."""

    places: Points
    images: NDArray[np.uint8]
    verdicts: Sequence[Verdict]


@torch.inference_mode()
def variations(
    model: VAE, image: NDArray[np.uint8], count: int, temperature: float, judge: Classifier | None
) -> Variations:
    """`count` decoded draws of z = mu + temperature * sigma * eps, eps from N(0, I) with seed 0.

    `image` (784,) holds grey values; the model is variational. The same noise for every temperature, so that
    a picture changes steadily with it.
    """
    device = next(model.parameters()).device
    mean, log_variance = model.encode(torch.from_numpy(image.astype(np.float32) / 255)[None].to(device))
    noise = torch.randn(count, 2, generator=torch.Generator().manual_seed(0)).to(device)
    z = mean + temperature * torch.exp(0.5 * log_variance) * noise
    images = decode_all(model, z).cpu().numpy()
    return Variations(z.cpu().numpy(), images, judged(images, judge) if judge else [])


def pictures_zip(found: Variations, readme: str) -> bytes:
    """PNG files, 28 x 28, and a README that says how they were made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        for k, image in enumerate(found.images):
            picture = io.BytesIO()
            Image.fromarray(image.reshape(SIDE, SIDE)).save(picture, format="PNG")
            archive.writestr(f"{k:03}.png", picture.getvalue())
    return content.getvalue()


def arrays(found: Variations, readme: str) -> bytes:
    """NumPy's NPZ: images uint8 (n, 28, 28), z float32 (n, 2), the judge's digits, and the README's line."""
    content = io.BytesIO()
    np.savez_compressed(
        content,
        images=found.images.reshape(-1, SIDE, SIDE),
        z=found.places,
        digits=np.array([verdict.digit for verdict in found.verdicts], np.uint8),
        probabilities=np.array([verdict.probability for verdict in found.verdicts], np.float32),
        readme=np.array(readme),
    )
    return content.getvalue()
