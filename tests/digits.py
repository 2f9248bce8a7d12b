"""Real handwriting for tests that must run anywhere: scikit-learn's 8 x 8 digits as 28 x 28 pictures."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from vae.data import Digits


def bundled_digits(count: int = 1797) -> Digits:
    source = load_digits()
    pictures = (source.images[:count] * (255 / 16)).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    for picture, image in zip(pictures, images, strict=True):
        image[4:24, 4:24] = np.asarray(Image.fromarray(picture).resize((20, 20), Image.Resampling.BICUBIC))
    return Digits(images.reshape(count, 784), source.target[:count].astype(np.uint8))
