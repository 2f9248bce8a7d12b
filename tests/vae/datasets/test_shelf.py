"""Data sets by their names."""

from __future__ import annotations

import gzip
import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vae.data import VARIABLE, Digits, Source
from vae.datasets import fashion, shelf
from vae.datasets.dataset import MOST_CLASSES, DataUnavailable
from vae.datasets.shelf import folder_of, load_dataset, offered
from vae.datasets.split import split


def test_small_digits_are_there_without_a_download(digits: Digits) -> None:
    found = load_dataset("small-digits")
    assert (len(found.train.labels), len(found.test.labels)) == (1618, 179)
    every = {image.tobytes() for part in (found.train, found.test) for image in part.images}
    assert every == {image.tobytes() for image in digits.images}
    assert np.bincount(found.test.labels).min() >= 17  # a tenth of every digit
    np.testing.assert_array_equal(found.test.images, load_dataset("small-digits").test.images)


@pytest.mark.parametrize("count", [50, 109, 110, 1000])
def test_a_tenth_is_held_out_and_nothing_lost(count: int) -> None:
    images = np.arange(count, dtype=np.uint16)[:, None].view(np.uint8)
    train, test = split(Digits(images, (np.arange(count) % 7).astype(np.uint8)))
    assert len(test.labels) == max(11, count // 10)
    found = np.concatenate([train.images, test.images]).copy().view(np.uint16).ravel()
    np.testing.assert_array_equal(np.sort(found), np.arange(count))


def test_mnist_is_what_it_was(mnist: Path) -> None:
    found = load_dataset("mnist", mnist)
    assert found.classes == tuple("0123456789")
    assert len(found.train.labels) == 60_000
    np.testing.assert_array_equal(found.test.labels[:3], [7, 2, 1])


def test_others_lie_beside_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mnist"))
    assert folder_of("mnist") == tmp_path / "mnist"
    assert folder_of("fashion-mnist") == tmp_path / "fashion-mnist"
    offers = {offer.name: offer for offer in offered()}
    assert [offer.is_there for offer in offers.values()] == [False, False, True]
    assert offers["fashion-mnist"].title == "Fashion-MNIST"
    assert not offers["small-digits"].command
    for name, offer in offers.items():
        if offer.command:
            with pytest.raises(DataUnavailable, match=f"{offer.title} is not in .* run `{offer.command}`"):
                load_dataset(name)


def clothes(folder: Path) -> Source:
    """Four files in the form of Fashion-MNIST, with few images, and their digests."""
    digests = {}
    folder.mkdir(parents=True)
    for name in fashion.FASHION_FILES.digests:
        count = 12 if name.startswith("t10k") else 30
        shape = (count, 28, 28) if "images" in name else (count,)
        head = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
        values = np.arange(np.prod(shape)) % 10
        content = gzip.compress(head + values.astype(np.uint8).tobytes())
        (folder / name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    return replace(fashion.FASHION_FILES, digests=digests)


def test_fashion_has_names_for_its_classes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mnist"))
    monkeypatch.setattr(fashion, "FASHION_FILES", clothes(tmp_path / "fashion-mnist"))
    found = load_dataset("fashion-mnist")
    assert (found.title, len(found.classes), found.classes[7]) == ("Fashion-MNIST", MOST_CLASSES, "Sneaker")
    assert (found.train.images.shape, found.test.images.shape) == ((30, 784), (12, 784))
    assert shelf.offered()[1].is_there


def test_other_files_are_not_taken_for_fashion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mnist"))
    clothes(tmp_path / "fashion-mnist")  # the official digests stay
    with pytest.raises(DataUnavailable, match="not the official file"):
        load_dataset("fashion-mnist")
