"""Images that somebody brought, kept below the folder of the runs; opened as a stranger's."""

from __future__ import annotations

import hashlib
import io
import os
import re
from contextlib import suppress
from pathlib import Path

import numpy as np

from vae.data import Digits
from vae.datasets import arrays, folders
from vae.datasets.arrays import Array
from vae.datasets.dataset import MOST_CLASSES, Dataset, DataUnavailable
from vae.datasets.split import FEWEST, split
from vae.datasets.unpacking import Archive
from vae.model.files import write_bytes

VARIABLE = "LATENT_ATLAS_RUNS"
FOLDER = "datasets"  # in that of the runs
NAME = re.compile(r"own-[0-9a-f]{12}")
MOST_KEPT, MOST_BYTES = 20, 2**29  # data sets; the oldest go first
FEWEST_IMAGES, MOST_IMAGES, MOST_HELD_OUT = 50, 70_000, 10_000
LONGEST_NAME = 30  # letters of a class's name
NAMED = 3  # classes in a title


def runs_folder() -> Path:
    """Where training runs and brought data sets are kept: $LATENT_ATLAS_RUNS, else runs/ in the project."""
    return Path(os.environ.get(VARIABLE) or Path(__file__).resolve().parents[2] / "runs")


def is_own(name: str) -> bool:
    """Whether this names a data set that somebody brought."""
    return NAME.fullmatch(name) is not None


def path_of(name: str) -> Path:
    """Where the data set of this name is kept, if it is."""
    return runs_folder() / FOLDER / f"{name}.npz"


def accepted(content: bytes, folder: Path) -> Dataset:
    """The data set in an .npz or ZIP file, also written below `folder`, that of the runs.

    An .npz holds `images`, uint8 (n, 28, 28) or (n, 784), and may hold `labels` (n,), whole numbers or names,
    and `classes`, the names that numbers stand for; likewise `test_images` and `test_labels`. A ZIP holds
    PNG, JPEG or WebP pictures in one folder a class. Without test images a tenth is held out. Raises
    DataUnavailable for all else, and FileError if nothing can be written. At most 20 are kept.
    """
    dataset = read(content, f"own-{hashlib.sha256(content).hexdigest()[:12]}")
    path = folder / FOLDER / f"{dataset.name}.npz"
    write_bytes(packed(dataset), path)
    _make_room(path)
    return dataset


def stored(name: str) -> Dataset:
    """A data set that was accepted. Raises DataUnavailable if it is no longer kept."""
    try:
        return read(path_of(name).read_bytes(), name)
    except OSError as error:
        raise DataUnavailable("These images are no longer kept here: bring the file again.") from error


def read(content: bytes, name: str) -> Dataset:
    """The data set in the bytes of an .npz or ZIP file. Raises DataUnavailable."""
    try:
        archive = Archive(content)
        if any(file.endswith(".npy") for file in archive.names):
            return _from_arrays(archive, name)
        return _from_folders(archive, name)
    except DataUnavailable:
        raise
    except Exception as error:  # readers fail in many ways on foreign bytes; all mean the same
        raise DataUnavailable("The file is damaged, or neither an .npz nor a ZIP: save it again.") from error


def packed(dataset: Dataset) -> bytes:
    """A data set as the .npz file that `read` makes it of again."""
    parts = {"images": dataset.train.images, "test_images": dataset.test.images}
    if dataset.classes:
        parts |= {"labels": dataset.train.labels, "test_labels": dataset.test.labels}
        parts |= {"classes": np.array(dataset.classes)}
    content = io.BytesIO()
    np.savez_compressed(content, **parts)  # type: ignore[arg-type]
    return content.getvalue()


def _from_arrays(archive: Archive, name: str) -> Dataset:
    images, test_images = arrays.pictures(archive, "images"), arrays.pictures(archive, "test_images")
    if images is None:
        raise DataUnavailable("The .npz has no array “images”: name the array of the images so.")
    labels = arrays.labels(archive, "labels", len(images))
    if test_images is None:
        numbers, classes = _numbered(labels, len(images), arrays.names(archive))
        return _dataset(name, *_split(Digits(images, numbers)), classes)
    test_labels = arrays.labels(archive, "test_labels", len(test_images))
    if (labels is None) != (test_labels is None):
        raise DataUnavailable("Training and test images must both have labels, or neither.")
    count = len(images) + len(test_images)
    both = None if labels is None or test_labels is None else np.concatenate([labels, test_labels])
    numbers, classes = _numbered(both, count, arrays.names(archive))
    train = Digits(images, numbers[: len(images)])
    return _dataset(name, train, Digits(test_images, numbers[len(images) :]), classes)


def _from_folders(archive: Archive, name: str) -> Dataset:
    paths = folders.found(archive)
    if not paths:
        raise DataUnavailable("The file holds no pictures: put PNG, JPEG or WebP files into it.")
    _require(len(paths))
    numbers, classes = _numbered(np.array([path.parent.name for path in paths]), len(paths), None)
    train, test = _split(Digits(folders.images(archive, paths), numbers))
    return _dataset(name, train, test, classes)


def _numbered(
    labels: Array | None, count: int, classes: list[str] | None
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], tuple[str, ...]]:
    """Labels as numbers of classes, and the classes' names; fewer than two classes are none."""
    if labels is not None and classes is None:
        found, labels = np.unique(labels, return_inverse=True)
        classes = [str(value) for value in found]
    if labels is None or classes is None or len(classes) < 2:
        return np.zeros(count, np.uint8), ()
    if len(classes) > MOST_CLASSES:
        raise DataUnavailable(f"There are more than {MOST_CLASSES} classes: leave some out.")
    if labels.dtype.kind == "U" or labels.min() < 0 or labels.max() >= len(classes):
        raise DataUnavailable("The labels must count the names in “classes”, from 0 on.")
    names = tuple(name.strip() for name in classes)
    if len(set(names)) < len(names) or not all(
        0 < len(name) <= LONGEST_NAME and name.isprintable() for name in names
    ):
        raise DataUnavailable(f"Classes must have different names of at most {LONGEST_NAME} letters.")
    return labels.astype(np.uint8), names


def _split(digits: Digits) -> tuple[Digits, Digits]:
    _require(len(digits.labels))
    return split(digits)


def _require(count: int) -> None:
    if count < FEWEST_IMAGES:
        raise DataUnavailable(f"There are {count} images: bring at least {FEWEST_IMAGES}.")
    if count > MOST_IMAGES:
        raise DataUnavailable(f"There are {count:,} images: bring at most {MOST_IMAGES:,}.")


def _dataset(name: str, train: Digits, test: Digits, classes: tuple[str, ...]) -> Dataset:
    """Raises DataUnavailable for images that nothing can be learned from, or measured on."""
    _require(len(train.labels) + len(test.labels))
    if not FEWEST <= len(test.labels) <= MOST_HELD_OUT:
        raise DataUnavailable(f"Bring {FEWEST} to {MOST_HELD_OUT:,} test images, or none.")
    if any((part.images == part.images[:1]).all() for part in (train, test)):
        raise DataUnavailable("All images are the same: bring different ones.")
    more = f" and {len(classes) - NAMED} more" if len(classes) > NAMED else ""
    title = f"Own images: {', '.join(classes[:NAMED])}{more}" if classes else "Own images"
    return Dataset(name, title, train, test, classes)


def _make_room(newest: Path) -> None:
    """Remove the oldest data sets beyond what is kept."""
    others = [path for path in newest.parent.glob("own-*.npz") if path != newest]
    room = MOST_BYTES
    for place, path in enumerate([newest, *sorted(others, key=_written, reverse=True)]):
        with suppress(OSError):
            room -= path.stat().st_size
            if place >= MOST_KEPT or room < 0:
                path.unlink()


def _written(path: Path) -> float:
    """When it was, in seconds since 1970; 0 if it is gone by now."""
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
