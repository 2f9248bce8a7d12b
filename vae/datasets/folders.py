"""Pictures in a ZIP file, in one folder a class."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vae.config import PIXELS, SIDE
from vae.datasets.dataset import DataUnavailable
from vae.datasets.unpacking import Archive
from vae.pictures.opened import Ink, PictureError, opened, recognised

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
MOST_PIXELS = 10**9  # of all pictures: ten seconds or so of opening them
SHOWN = 40  # characters of a file's name in a sentence


def found(archive: Archive) -> list[PurePosixPath]:
    """The pictures in it; what systems add in hidden files and folders of their own is left out."""
    paths = [PurePosixPath(name) for name in archive.names]
    return [
        path
        for path in paths
        if path.suffix.lower() in ENDINGS
        and not any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    ]


def images(archive: Archive, paths: list[PurePosixPath]) -> NDArray[np.uint8]:
    """The pictures as light ink on black, (n, 784), each as large as fits. Raises DataUnavailable."""
    pixels, fitted = 0, np.zeros((len(paths), PIXELS), np.uint8)
    for index, path in enumerate(paths):
        content = archive.read(str(path))
        try:
            with recognised(content) as image:
                pixels += image.width * image.height
            if pixels > MOST_PIXELS:
                raise DataUnavailable("The pictures are too large together: make them smaller.")
            fitted[index] = fit(opened(content))
        except PictureError as error:
            name = str(path)[-SHOWN:]
            raise DataUnavailable(
                f"“{name}” is blank, damaged or no PNG, JPEG or WebP picture: mend it or leave it out."
            ) from error
    return fitted


def fit(ink: Ink) -> NDArray[np.uint8]:
    """Ink of any size as 784 grey values: its longer side fills the picture, the other is centred."""
    scale = SIDE / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    picture = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    picture[top : top + height, left : left + width] = np.asarray(
        Image.fromarray(ink).resize((width, height), how)
    )
    return picture.reshape(PIXELS)
