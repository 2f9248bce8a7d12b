"""Images and labels in an .npz file, read without trusting it."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae.config import PIXELS, SIDE
from vae.datasets.dataset import DataUnavailable
from vae.datasets.unpacking import Archive

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
LONGEST_HEADER = 1000  # characters

Array = NDArray[Any]


def array(archive: Archive, name: str) -> Array | None:
    """One array of plain numbers or text; None if there is none of this name.

    Raises DataUnavailable, or whatever numpy stumbles over.
    """
    if f"{name}.npy" not in archive.names:
        return None
    content = archive.read(f"{name}.npy")
    stream = io.BytesIO(content)
    shape, by_columns, dtype = HEADERS[np.lib.format.read_magic(stream)](stream, LONGEST_HEADER)
    start = stream.tell()
    if dtype.hasobject or dtype.itemsize * math.prod(shape) != len(content) - start:
        raise ValueError("not plain, or not of the size that its header says")
    flat: Array = np.frombuffer(content, dtype, offset=start)
    return flat.reshape(shape, order="F" if by_columns else "C")


def pictures(archive: Archive, name: str) -> NDArray[np.uint8] | None:
    """Images (n, 784), grey values 0 to 255; None if there are none. Raises DataUnavailable."""
    found = array(archive, name)
    if found is None:
        return None
    if found.dtype != np.uint8 or found.shape[1:] not in ((SIDE, SIDE), (PIXELS,)):
        raise DataUnavailable(f"“{name}” must be uint8 of the shape n × {SIDE} × {SIDE} or n × {PIXELS}.")
    return np.array(found, order="C").reshape(-1, PIXELS)  # a copy, which may be written to


def labels(archive: Archive, name: str, count: int) -> Array | None:
    """As many labels, whole numbers or names; None if there are none. Raises DataUnavailable."""
    found = array(archive, name)
    if found is None:
        return None
    if found.shape != (count,) or found.dtype.kind not in "iuU":
        raise DataUnavailable(f"“{name}” must hold a whole number or a name for each of {count:,} images.")
    return found


def names(archive: Archive) -> list[str] | None:
    """The names of the classes; None if there are none. Raises DataUnavailable."""
    found = array(archive, "classes")
    if found is None:
        return None
    if found.ndim != 1 or found.dtype.kind != "U":
        raise DataUnavailable("“classes” must be a list of names.")
    return [str(name) for name in found]
