"""Finding a data set by its name."""

from __future__ import annotations

from vae.data import MnistUnavailable, load_mnist
from vae.datasets.dataset import MNIST, Dataset, DataUnavailable


def load_dataset(name: str) -> Dataset:
    """The data set of this name. Raises DataUnavailable."""
    if name != MNIST:
        raise DataUnavailable(f"There is no data set named {name!r:.40}.")
    try:
        return Dataset(MNIST, "MNIST", load_mnist("train"), load_mnist("test"))
    except MnistUnavailable as error:
        raise DataUnavailable(str(error)) from error
