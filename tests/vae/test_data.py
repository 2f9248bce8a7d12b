import contextlib
import gzip
import shutil
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae import data


def idx(shape: tuple[int, ...], body: bytes) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + body


def test_parse_idx_reads_labels_and_pictures() -> None:
    np.testing.assert_array_equal(data.parse_idx(idx((3,), b"\x07\x02\x01")), [7, 2, 1])
    pictures = data.parse_idx(idx((2, 28, 28), bytes(range(256)) * 6 + bytes(32)))
    assert pictures.shape == (2, 28, 28)
    assert pictures[0, 0, 5] == 5


@given(st.binary(max_size=64))
def test_parse_idx_reads_or_refuses_any_bytes(content) -> None:
    with contextlib.suppress(ValueError):
        assert data.parse_idx(content).dtype == np.uint8


@pytest.mark.parametrize(
    "content",
    [
        b"",
        idx((3,), b"\x01\x02"),
        idx((3,), b"\x01\x02\x03\x04"),
        idx((1, 8, 8), bytes(64)),
        b"\x00\x00\x0d\x01\x00\x00\x00\x00",
        b"\x00\x00\x08\x02\x00",
        idx((), b""),
    ],
)
def test_parse_idx_refuses_malformed_files(content) -> None:
    with pytest.raises(ValueError, match=r"."):
        data.parse_idx(content)


def test_mnist_has_its_known_shape(mnist) -> None:
    test = data.load_mnist("test", mnist)
    assert test.images.shape == (10_000, 784)
    np.testing.assert_array_equal(test.labels[:5], [7, 2, 1, 0, 4])
    train = data.load_mnist("train", mnist)
    assert train.images.shape == (data.TRAINING_IMAGES, 784)
    assert np.bincount(train.labels)[1] == 6742  # the count of ones, as LeCun's page has it
    assert train.images.max() == 255


def test_a_missing_folder_says_what_to_do(tmp_path) -> None:
    assert data.find_mnist(tmp_path) is None
    with pytest.raises(data.MnistUnavailable, match="python -m vae download"):
        data.load_mnist("test", tmp_path)


def test_a_damaged_file_says_what_to_do(mnist, tmp_path) -> None:
    for name in data.MNIST_FILES.digests:
        shutil.copy(mnist / name, tmp_path / name)
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    whole = labels.read_bytes()
    for damaged in (whole[:-10], b"not gzip", gzip.compress(idx((3,), b"\x01\x02\x03"))):
        labels.write_bytes(damaged)
        with pytest.raises(data.MnistUnavailable, match="damaged") as caught:
            data.load_mnist("test", tmp_path)
        assert str(labels) in str(caught.value)


def test_the_folder_comes_from_the_environment(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(data.VARIABLE, str(tmp_path))
    assert data.data_folder() == tmp_path
    monkeypatch.setenv(data.VARIABLE, "")
    assert data.data_folder() == data.DEFAULT_FOLDER


def serve(monkeypatch, content: dict[str, bytes], failing_mirrors: int = 0) -> list[str]:
    """Let pooch 'download' from a dictionary; returns the list of addresses that were asked for."""
    asked: list[str] = []

    def downloader(url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        asked.append(url)
        if url.startswith(data.MNIST_FILES.mirrors[:failing_mirrors]):
            raise OSError("no route to host")
        with open(output_file, "wb") as stream:
            stream.write(content[url.rsplit("/", 1)[1]])

    monkeypatch.setattr("pooch.core.choose_downloader", lambda url, progressbar: downloader)
    return asked


def test_download_verifies_and_uses_the_next_mirror(mnist, monkeypatch, tmp_path) -> None:
    content = {name: (mnist / name).read_bytes() for name in data.MNIST_FILES.digests}
    asked = serve(monkeypatch, content, failing_mirrors=1)
    data.download_mnist(tmp_path / "new")
    assert data.find_mnist(tmp_path / "new")
    assert [url.startswith(data.MNIST_FILES.mirrors[1]) for url in asked] == [False, True] * 4
    data.download_mnist(tmp_path / "new")
    assert len(asked) == 8  # nothing is fetched twice


def test_a_corrupt_download_is_refused_and_leaves_no_file(monkeypatch, tmp_path) -> None:
    serve(monkeypatch, dict.fromkeys(data.MNIST_FILES.digests, b"an error page"))
    with pytest.raises(data.MnistUnavailable, match="could not be downloaded"):
        data.download_mnist(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_network_says_what_to_do(monkeypatch, tmp_path) -> None:
    serve(monkeypatch, {}, failing_mirrors=len(data.MNIST_FILES.mirrors))
    with pytest.raises(data.MnistUnavailable, match="connect to the internet"):
        data.download_mnist(tmp_path)


def test_digest_of_sees_every_pixel_and_label(digits) -> None:
    changed = data.Digits(digits.images.copy(), digits.labels)
    changed.images[3, 400] ^= 1
    assert data.digest_of(changed) != data.digest_of(digits)
    assert data.digest_of(data.Digits(digits.images.copy(), digits.labels.copy())) == data.digest_of(digits)


def test_binarise_keeps_black_and_white_and_the_mean() -> None:
    grey = torch.tensor([0, 51, 255], dtype=torch.uint8).expand(100_000, 3)
    sample = data.binarise(grey, torch.Generator().manual_seed(0))
    assert sample[:, 0].max() == 0
    assert sample[:, 2].min() == 1
    assert sample[:, 1].mean().item() == pytest.approx(0.2, abs=0.005)


def test_the_test_images_are_binarised_once_and_for_all() -> None:
    grey = torch.randint(0, 256, (10, 784), dtype=torch.uint8)
    assert torch.equal(data.binarised_test_images(grey), data.binarised_test_images(grey))
