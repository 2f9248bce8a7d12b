"""Finding a data set by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vae.data import MNIST_FILES, Digits, MnistUnavailable, Source, data_folder, download, find, read
from vae.datasets import fashion, own, small
from vae.datasets.dataset import DIGIT_NAMES, MNIST, Dataset, DataUnavailable


@dataclass(frozen=True)
class Offer:
    """A built-in data set."""

    name: str
    title: str
    is_there: bool
    command: str  # that downloads it; empty where there is nothing to download


def published() -> dict[str, tuple[Source, tuple[str, ...]]]:
    """The data sets of four files, by name: the files and the names of the classes."""
    return {MNIST: (MNIST_FILES, DIGIT_NAMES), fashion.NAME: (fashion.FASHION_FILES, fashion.CLASSES)}


def is_named(name: str) -> bool:
    """Whether this may name a data set: a built-in one, or one that somebody brought."""
    return name in published() or name == small.NAME or own.is_own(name)


def folder_of(name: str) -> Path:
    """Where the four files of a data set are looked for: MNIST's own folder, others beside it by name."""
    return data_folder() if name == MNIST else data_folder().parent / name


def offered() -> list[Offer]:
    """The built-in data sets. Only looks whether files are there; none is read."""
    offers = [
        Offer(name, files.title, find(files, folder_of(name)) is not None, files.command)
        for name, (files, _) in published().items()
    ]
    return [*offers, Offer(small.NAME, small.TITLE, True, "")]


def download_dataset(name: str, folder: Path | None = None, progressbar: bool = False) -> Path:
    """Download what is missing of a published data set; its folder. Raises DataUnavailable."""
    files, folder = published()[name][0], folder or folder_of(name)
    try:
        return find(files, folder) or download(files, folder, progressbar)
    except MnistUnavailable as error:
        raise DataUnavailable(str(error)) from error


def at_hand(name: str) -> Path | None:
    """Where a data set lies, a folder or a file; None if it is not here. Nothing is read."""
    if name in published():
        return find(published()[name][0], folder_of(name))
    if name == small.NAME:
        return Path(small.__file__)
    return own.path_of(name) if own.is_own(name) and own.path_of(name).is_file() else None


def held_out(name: str, folder: Path | None = None) -> Digits:
    """Its held-out images alone, as `load_dataset` has them. Raises DataUnavailable."""
    if name not in published():
        return load_dataset(name).test
    try:
        return read(published()[name][0], "test", folder or folder_of(name))
    except MnistUnavailable as error:
        raise DataUnavailable(str(error)) from error


def load_dataset(name: str, folder: Path | None = None) -> Dataset:
    """The data set of this name; a published one from `folder` where it is given. Raises DataUnavailable."""
    if name in published():
        return _read(name, folder or folder_of(name))
    if name == small.NAME:
        return small.load_small_digits()
    if own.is_own(name):
        return own.stored(name)
    raise DataUnavailable(f"There is no data set named {name!r:.40}: choose another.")


def _read(name: str, folder: Path) -> Dataset:
    files, classes = published()[name]
    try:
        train = read(files, "train", folder)
    except MnistUnavailable as error:
        raise DataUnavailable(str(error)) from error
    return Dataset(name, files.title, train, held_out(name, folder), classes)
