"""The data set that a command line names: by its name, by a folder, or by a file of one's own."""

from __future__ import annotations

from pathlib import Path

import pooch

from vae.datasets import own
from vae.datasets.dataset import MNIST, Dataset, DataUnavailable
from vae.datasets.shelf import download_dataset, folder_of, is_named, load_dataset, published
from vae.datasets.unpacking import LARGEST


def chosen(told: str | None, progressbar: bool = False) -> Dataset:
    """The data set `told`, MNIST for None; what is published and missing is downloaded.

    A name ("small-digits"), a folder with the files of MNIST or Fashion-MNIST, told apart by their digests,
    or an .npz or ZIP file, which is also kept below the folder of the runs. Raises DataUnavailable.
    """
    if told is None or is_named(told):
        return named(told or MNIST, progressbar)
    path = Path(told)
    if not path.is_file():
        return _downloaded(kind_of(path), path, progressbar)
    if path.stat().st_size > LARGEST:
        raise DataUnavailable(f"{path} has more than {LARGEST >> 20} MB: leave images out.")
    return own.accepted(path.read_bytes(), own.runs_folder())


def named(name: str, progressbar: bool = False) -> Dataset:
    """The data set of this name, downloading what is published and missing. Raises DataUnavailable."""
    return _downloaded(name, folder_of(name), progressbar) if name in published() else load_dataset(name)


def kind_of(folder: Path) -> str:
    """Whose four files lie in a folder: the name of the data set, MNIST's if they are none or missing."""
    for name, (files, _) in published().items():
        if any(
            (folder / file).is_file() and pooch.file_hash(str(folder / file)) == digest
            for file, digest in files.digests.items()
        ):
            return name
    return MNIST


def _downloaded(name: str, folder: Path, progressbar: bool) -> Dataset:
    download_dataset(name, folder, progressbar)
    return load_dataset(name, folder)
