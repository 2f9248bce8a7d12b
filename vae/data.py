"""MNIST and its like: find or download the four official files, verify them, read them."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pooch
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.config import PIXELS, SIDE

VARIABLE = "LATENT_ATLAS_DATA"
DEFAULT_FOLDER = Path("data") / "mnist"
TRAINING_IMAGES = 60_000
VALIDATION_IMAGES = 10_000  # the last of the training set; model selection never looks at the test set

Split = Literal["train", "test"]


class MnistUnavailable(RuntimeError):
    """MNIST, or its like, is not there or damaged; the message is one sentence that says what to do."""


class Digits(NamedTuple):
    images: NDArray[np.uint8]  # (n, 784), grey values 0 to 255
    labels: NDArray[np.uint8]  # (n,), 0 to 9


@dataclass(frozen=True)
class Source:
    """Four files in MNIST's form, and where they are published."""

    title: str
    command: str  # that downloads them
    mirrors: tuple[str, ...]
    digests: Mapping[str, str]  # SHA-256 of the official files


MNIST_FILES = Source(
    "MNIST",
    "python -m vae download",
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    {
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
)


def data_folder() -> Path:
    """Where MNIST is looked for and downloaded to: $LATENT_ATLAS_DATA, else data/mnist."""
    return Path(os.environ.get(VARIABLE) or DEFAULT_FOLDER)


def find_mnist(folder: Path | None = None) -> Path | None:
    """The folder if all four files lie in it, else None; no network is used."""
    return find(MNIST_FILES, folder or data_folder())


def download_mnist(folder: Path | None = None, progressbar: bool = False) -> Path:
    """Download what is missing (about 11 MB in all); see `download`."""
    return download(MNIST_FILES, folder or data_folder(), progressbar)


def load_mnist(split: Split, folder: Path | None = None) -> Digits:
    """60,000 ("train") or 10,000 ("test") digits; see `read`."""
    return read(MNIST_FILES, split, folder or data_folder())


def find(source: Source, folder: Path) -> Path | None:
    """The folder if all four files lie in it, else None; no network is used."""
    return folder if all((folder / name).is_file() for name in source.digests) else None


def download(source: Source, folder: Path, progressbar: bool = False) -> Path:
    """Download what is missing, verify SHA-256 digests, return the folder.

    Every mirror is tried in turn. A file whose digest differs is fetched again. Raises MnistUnavailable.
    """
    pooch.get_logger().setLevel("WARNING")  # progress is shown by the bar, failure by our sentence
    for name in source.digests:
        _fetch(source, name, folder, progressbar)
    return folder


def _fetch(source: Source, name: str, folder: Path, progressbar: bool) -> None:
    reason: Exception | None = None
    known = f"sha256:{source.digests[name]}"
    for mirror in source.mirrors:
        try:
            pooch.retrieve(mirror + name, known, name, folder, progressbar=progressbar)
            return
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong digest a ValueError
            reason = error
    raise MnistUnavailable(
        f"{source.title} could not be downloaded to {folder}: connect to the internet and try again, or put "
        f"the four files ({', '.join(source.digests)}) into {folder} yourself."
    ) from reason


def read(source: Source, split: Split, folder: Path) -> Digits:
    """Read one split from `folder` without using the network.

    Raises MnistUnavailable if a file is missing or is not the official one.
    """
    prefix = "train" if split == "train" else "t10k"
    images = _read_idx(source, folder / f"{prefix}-images-idx3-ubyte.gz")
    labels = _read_idx(source, folder / f"{prefix}-labels-idx1-ubyte.gz")
    return Digits(images.reshape(len(images), PIXELS), labels)


def _read_idx(source: Source, path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise MnistUnavailable(
            f"{source.title} is not in {path.parent}: run `{source.command}`, or put the four official files "
            f"there; {VARIABLE} names another folder."
        )
    try:
        if pooch.file_hash(str(path)) != source.digests[path.name]:
            raise ValueError("digest differs")
        return parse_idx(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise MnistUnavailable(
            f"{path} is damaged or not the official file: delete it and run `{source.command}`."
        ) from error


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Read the IDX format (LeCun's) holding unsigned bytes. Raises ValueError if it is malformed.

    Two zero bytes, the type (8: unsigned byte), the number of axes, their sizes as big-endian u32, the data.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("not an IDX file of unsigned bytes")
    axes = content[3]
    header = 4 + 4 * axes
    if axes == 0 or len(content) < header:
        raise ValueError("truncated IDX header")
    shape = struct.unpack(f">{axes}I", content[4:header])
    if axes == 3 and shape[1:] != (SIDE, SIDE):
        raise ValueError(f"pictures of {shape[1]} x {shape[2]} pixels instead of {SIDE} x {SIDE}")
    if len(content) - header != int(np.prod(shape, dtype=np.uint64)):
        raise ValueError("the IDX header and the length of the data disagree")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape).copy()


def digest_of(digits: Digits) -> str:
    """SHA-256 of images and labels, recorded with a checkpoint."""
    return hashlib.sha256(digits.images.tobytes() + digits.labels.tobytes()).hexdigest()


def to_unit(images: NDArray[np.uint8]) -> Tensor:
    """uint8 grey values 0..255 of shape (n, 784) as float32 in [0, 1]."""
    return torch.from_numpy(images).float() / 255


def binarise(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each pixel is 1 with its grey value as probability: uint8 (n, 784) in 0..255 to float (n, 784)."""
    return (binarisation(images.shape, generator) < images).float()


def binarisation(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Greys, uint8 from 0 to 254, that pixels must exceed to become 1, on the generator's device."""
    return torch.randint(0, 255, shape, generator=generator, device=generator.device, dtype=torch.uint8)


def binarised_test_images(images: Tensor) -> Tensor:
    """The fixed sample on which all test figures are measured: seed 0, drawn on the CPU."""
    return binarise(images, torch.Generator().manual_seed(0))
