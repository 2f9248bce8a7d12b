"""Real handwriting that needs no download: scikit-learn's digits."""

from __future__ import annotations

import numpy as np
from PIL import Image

from vae.config import PIXELS, SIDE
from vae.data import Digits
from vae.datasets.dataset import Dataset
from vae.datasets.split import split

NAME = "small-digits"
TITLE = "Small digits"


def small_digits() -> Digits:
    """Real handwriting of other people: scikit-learn's 1,797 digits of 8 x 8 pixels, as 28 x 28 pictures."""
    from sklearn.datasets import load_digits  # here, because it is slow to load

    source = load_digits()
    pictures = (source.images * (255 / 16)).astype(np.uint8)
    images = np.zeros((len(pictures), SIDE, SIDE), np.uint8)
    for picture, image in zip(pictures, images, strict=True):
        image[4:24, 4:24] = np.asarray(Image.fromarray(picture).resize((20, 20), Image.Resampling.BICUBIC))
    return Digits(images.reshape(-1, PIXELS), source.target.astype(np.uint8))


def load_small_digits() -> Dataset:
    """The same with a tenth held out: 1,618 and 179 digits."""
    train, test = split(small_digits())
    return Dataset(NAME, TITLE, train, test)
