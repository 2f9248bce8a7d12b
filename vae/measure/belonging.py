"""What belongs to MNIST by a model's own lights: log p(x) and reconstruction error, also of what is no digit.

Both are scores that detect what does not belong, and both are known to fail: a likelihood can rank simple
images too high (Nalisnick et al. 2019, arXiv 1810.09136).
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import PIXELS, SIDE
from vae.data import Digits, binarise, to_unit
from vae.datasets.small import small_digits
from vae.measure.draws import judged
from vae.measure.outlook import Outlook
from vae.measure.refinement import refine
from vae.model.checkpoint import Checkpoint
from vae.model.classifier import Classifier
from vae.model.files import write_bytes
from vae.model.network import VAE, decode_all, encode_all
from vae.model.objective import bernoulli_reconstruction

TEST = "test"
OTHERS = 2000  # pictures of each other set, at most
SEED = 0
MOST_BYTES = 2_000_000  # of a file of scores

Images = NDArray[np.uint8]  # (n, 784)
Numbers = dict[str, NDArray[np.float32]]


class Scores(NamedTuple):
    """Of the sets "test", "rotated", "noise" and "small_digits", a number an image, in nats.

    log_likelihood is empty for a plain autoencoder, which has no p(x); reconstruction is -log p(x | mu).
    """

    log_likelihood: Numbers
    reconstruction: Numbers


def sets(test: Digits) -> dict[str, Images]:
    """The test digits; the first of them turned by 90 degrees; grey noise; other people's digits."""
    turned = np.rot90(test.images[:OTHERS].reshape(-1, SIDE, SIDE), axes=(1, 2)).reshape(-1, PIXELS)
    grey = np.random.default_rng(SEED).integers(0, 256, (OTHERS // 2, PIXELS), dtype=np.uint8)
    return {TEST: test.images, "rotated": turned.copy(), "noise": grey, "small_digits": small_digits().images}


def binary(images: Images) -> Tensor:
    """Each pixel 1 with its grey value as probability, drawn with seed 0: float (n, 784) of 0 and 1."""
    return binarise(torch.from_numpy(images), torch.Generator().manual_seed(SEED))


def measured(
    model: VAE, known: Outlook | None, test: Digits, on_image: Callable[[], object] = lambda: None
) -> Scores:
    """Scores of all sets under a model on the CPU; `known` is its outlook, None for a plain autoencoder.

    `on_image` is called after each image whose log p(x) is found, a few hundred passes of the decoder.
    """
    found = Scores({}, {})
    for name, images in sets(test).items():
        pictures = binary(images)
        found.reconstruction[name] = reconstruction(model, pictures)
        if known is None:
            continue
        values = []
        for picture in pictures:
            values.append(refine(model.decode, picture, known).log_likelihood)
            on_image()
        found.log_likelihood[name] = np.array(values, dtype=np.float32)
    return found


@torch.inference_mode()
def reconstruction(model: VAE, pictures: Tensor, batch_size: int = 500) -> NDArray[np.float32]:
    """-log p(x | mu) of binary images (n, 784), mu the encoder's mean: float32 (n,), in nats."""
    parts = [
        bernoulli_reconstruction(model.decode(model.encode(batch).mean), batch)
        for batch in torch.split(pictures, batch_size)
    ]
    found: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
    return found


def kept_labels(model: VAE, digits: Digits, judge: Classifier) -> float:
    """Share of the digits whose reconstruction at the mean the classifier reads as their label."""
    device = next(model.parameters()).device
    pictures = decode_all(model, encode_all(model, to_unit(digits.images)).mean.to(device)).cpu().numpy()
    read = [verdict.digit for verdict in judged(pictures, judge)]
    return float((np.array(read) == digits.labels).mean())


def total(test: Digits) -> int:
    """How many images `measured` looks at."""
    return sum(len(images) for images in sets(test).values())


def file_of(checkpoint: Path) -> Path:
    """Where the scores of a checkpoint's file lie."""
    return checkpoint.with_suffix(".scores.npz")


def fingerprint(checkpoint: Checkpoint) -> str:
    """What tells a model from another one that has taken its name."""
    latents = checkpoint.latents
    return hashlib.sha256(latents.means.tobytes() + latents.log_variances.tobytes()).hexdigest()


def save(scores: Scores, checkpoint: Checkpoint, path: Path) -> None:
    """Write the scores of a checkpoint. Raises FileError."""
    content = io.BytesIO()
    arrays = {
        f"{kind}_{name}": values
        for kind, numbers in scores._asdict().items()
        for name, values in numbers.items()
    }
    np.savez_compressed(content, of=np.array(fingerprint(checkpoint)), **arrays)
    write_bytes(content.getbuffer(), path)


def load(checkpoint: Checkpoint, path: Path) -> Scores | None:
    """The scores of this very checkpoint; None if there are none, or those of another, or unusable ones."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            if str(stored["of"]) != fingerprint(checkpoint):
                return None
            scores = Scores({}, {})
            for key in stored.files:
                for kind, numbers in scores._asdict().items():
                    if key.startswith(f"{kind}_"):
                        numbers[key.removeprefix(f"{kind}_")] = stored[key]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None
    usable = all(
        values.dtype == np.float32 and values.ndim == 1 and len(values) and np.isfinite(values).all()
        for numbers in scores
        for values in numbers.values()
    )
    return scores if usable and TEST in scores.reconstruction else None


def percentile(value: float, among: NDArray[np.float32]) -> float:
    """Percent of the numbers that are smaller than `value`, equal ones counted half."""
    return 100 * float((among < value).mean() + 0.5 * (among == value).mean())
