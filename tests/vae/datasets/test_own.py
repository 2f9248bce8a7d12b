"""Images that somebody brings: what is taken, and how everything else is refused."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae.datasets.making import npz, png, zipped
from vae.data import Digits
from vae.datasets import own
from vae.datasets.dataset import Dataset, DataUnavailable
from vae.datasets.shelf import load_dataset
from vae.datasets.unpacking import ENTRY, LARGEST, MOST_ENTRIES

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype=np.uint8)
LABELS = np.arange(60) % 3
NAMES = np.array(["cat", "dog", "owl"])
FOLDERS = {
    f"animals/{NAMES[label]}/{index}.png": png(image)
    for index, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
}


def together(dataset: Dataset) -> list[tuple[bytes, int]]:
    """All images with their labels, sorted."""
    parts = (dataset.train, dataset.test)
    return sorted(
        (image.tobytes(), int(label))
        for part in parts
        for image, label in zip(part.images, part.labels, strict=True)
    )


@pytest.mark.parametrize("shape", [(60, 28, 28), (60, 784)], ids=str)
def test_an_npz_is_taken_and_found_again_by_its_name(
    shape: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(own.VARIABLE, str(tmp_path))
    taken = own.accepted(npz(images=IMAGES.reshape(shape), labels=LABELS, classes=NAMES), tmp_path)
    assert own.is_own(taken.name)
    assert taken.classes == ("cat", "dog", "owl")
    assert taken.title == "Own images: cat, dog, owl"
    assert together(taken) == sorted(
        (image.tobytes(), label) for image, label in zip(IMAGES, LABELS, strict=True)
    )
    again = load_dataset(taken.name)
    assert (again.name, again.title, again.classes) == (taken.name, taken.title, taken.classes)
    for part, same in ((taken.train, again.train), (taken.test, again.test)):
        np.testing.assert_array_equal(part.images, same.images)
        np.testing.assert_array_equal(part.labels, same.labels)


def test_a_tenth_is_held_out_of_every_class_and_always_the_same() -> None:
    images = np.random.default_rng(1).integers(0, 256, (900, 784), dtype=np.uint8)
    content = npz(images=images, labels=np.repeat([7, 3, 5], [100, 300, 500]))
    first, second = own.read(content, "own-0"), own.read(content, "own-0")
    np.testing.assert_array_equal(first.test.images, second.test.images)
    assert first.classes == ("3", "5", "7")
    np.testing.assert_array_equal(np.bincount(first.test.labels), [30, 50, 10])
    np.testing.assert_array_equal(np.bincount(first.train.labels), [270, 450, 90])


def test_test_images_are_kept_as_they_are_given() -> None:
    content = npz(images=IMAGES[:45], labels=LABELS[:45], test_images=IMAGES[45:], test_labels=LABELS[45:])
    taken = own.read(content, "own-0")
    np.testing.assert_array_equal(taken.test.images, IMAGES[45:].reshape(-1, 784))
    np.testing.assert_array_equal(taken.test.labels, LABELS[45:])


def test_labels_may_be_names_or_absent() -> None:
    assert own.read(npz(images=IMAGES, labels=NAMES[LABELS]), "own-0").classes == ("cat", "dog", "owl")
    without = own.read(npz(images=IMAGES), "own-0")
    assert without.classes == ()
    assert not without.train.labels.any()
    assert own.read(own.packed(without), "own-0").classes == ()
    assert own.read(npz(images=IMAGES, labels=np.full(60, 4)), "own-0").classes == ()


def test_a_zip_has_one_folder_a_class_and_hidden_files_are_left_out() -> None:
    extra = {"__MACOSX/animals/cat/._0.png": b"x", "animals/.DS_Store": b"x", "animals/notes.txt": b"x"}
    taken = own.read(zipped({**FOLDERS, **extra}), "own-0")
    assert taken.classes == ("cat", "dog", "owl")
    assert len(together(taken)) == 60
    flat = own.read(zipped({name.rpartition("/")[2]: inner for name, inner in FOLDERS.items()}), "own-0")
    assert flat.classes == ()


def test_pictures_of_28_pixels_come_back_as_they_are(digits: Digits) -> None:
    files = {
        f"{label}/{index}.png": png(image.reshape(28, 28))
        for index, (image, label) in enumerate(zip(digits.images[:60], digits.labels[:60], strict=True))
    }
    taken = own.read(zipped(files), "own-0")
    stretched = np.rint(digits.images[:60] * (255.0 / digits.images[:60].max(1, keepdims=True)))
    expected = sorted(
        (image.astype(np.uint8).tobytes(), int(label))
        for image, label in zip(stretched, digits.labels[:60], strict=True)
    )
    assert together(taken) == expected


def test_any_size_and_ground_is_brought_to_light_on_black() -> None:
    bar = np.full((90, 140), 255, np.uint8)
    bar[30:60, 20:120] = 0
    files = {f"{index}.png": png(bar if index % 2 else 255 - bar) for index in range(60)}
    files |= {f"{index}.png": png(image) for index, image in enumerate(IMAGES[:30])}
    taken = own.read(zipped(files), "own-0")
    wanted = np.zeros((28, 28), bool)
    wanted[11:17, 4:24] = True  # a fifth of the size: 18 rows of 28, centred
    fitting = (taken.train.images.reshape(-1, 28, 28) > 127) == wanted
    assert 19 <= fitting.all((1, 2)).sum() <= 30  # 30 bars, of which up to eleven are held out


def test_few_and_many_images_have_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataUnavailable, match="There are 49 images: bring at least 50"):
        own.read(npz(images=IMAGES[:49]), "own-0")
    monkeypatch.setattr(own, "MOST_IMAGES", 59)
    with pytest.raises(DataUnavailable, match="There are 60 images: bring at most 59"):
        own.read(npz(images=IMAGES), "own-0")


def header(text: str, body: bytes = b"") -> bytes:
    """An .npy file that says of itself what it likes."""
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + body


def claiming(shape: str, kind: str = "|u1", body: bytes = b"") -> bytes:
    return zipped(
        {"images.npy": header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}\n", body)}
    )


def pickled() -> bytes:
    content = io.BytesIO()
    np.save(content, np.array([{}], dtype=object), allow_pickle=True)
    return zipped({"images.npy": content.getvalue()})


def bomb() -> bytes:
    """A ZIP of less than a megabyte that holds a gigabyte of zeros."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w") as inner,
    ):
        inner.write(header("{'descr': '|u1', 'fortran_order': False, 'shape': (1369568, 784)}\n"))
        for _ in range(300):
            inner.write(bytes(2**20))
    return content.getvalue()


BAD = {
    "empty": (b"", "damaged"),
    "text": (b"label,pixel0\n" * 99, "damaged"),
    "an empty ZIP": (zipped({}), "no pictures"),
    "a ZIP of text": (zipped({"a.txt": b"x"}), "no pictures"),
    "cut": (npz(images=IMAGES)[:-40], "damaged"),
    "other packing": (zipped(FOLDERS, zipfile.ZIP_LZMA), "unusual way"),
    "a bomb": (bomb(), "more than 256 MB"),
    "larger than its content": (claiming("(10**9, 784)"), "damaged"),
    "more than memory": (claiming("(1000000000, 784)"), "damaged"),
    "a long header": (claiming("(" + "1," * 5000 + ")"), "damaged"),
    "a deep header": (claiming("(" * 400 + ")" * 400), "damaged"),
    "nothing wide": (claiming("(1000000000000,)", "<U0"), "damaged"),
    "objects": (pickled(), "damaged"),
    "another name": (npz(pictures=IMAGES), "no array “images”"),
    "other numbers": (npz(images=IMAGES / 255), "“images” must be uint8"),
    "another size": (npz(images=IMAGES[:, :20]), "“images” must be uint8"),
    "too few labels": (npz(images=IMAGES, labels=LABELS[1:]), "for each of 60 images"),
    "labels between numbers": (npz(images=IMAGES, labels=LABELS / 2), "for each of 60 images"),
    "eleven classes": (npz(images=IMAGES, labels=np.arange(60) % 11), "more than 10 classes"),
    "a label beyond the names": (npz(images=IMAGES, labels=LABELS + 1, classes=NAMES), "from 0 on"),
    "a label before the names": (npz(images=IMAGES, labels=LABELS - 1, classes=NAMES), "from 0 on"),
    "names twice": (npz(images=IMAGES, labels=LABELS, classes=np.array(["a", "a ", "b"])), "different names"),
    "an invisible name": (
        npz(images=IMAGES, labels=LABELS, classes=np.array(["a", "\u202e", "b"])),
        "different names",
    ),
    "a long name": (
        npz(images=IMAGES, labels=LABELS, classes=np.array(["a", "b" * 31, "c"])),
        "at most 30 letters",
    ),
    "numbers for names": (npz(images=IMAGES, labels=LABELS, classes=np.arange(3)), "a list of names"),
    "labels of one part": (npz(images=IMAGES, labels=LABELS, test_images=IMAGES[:20]), "or neither"),
    "few test images": (npz(images=IMAGES, test_images=IMAGES[:10]), "11 to 10,000 test images"),
    "one image": (npz(images=np.repeat(IMAGES[:1], 60, 0)), "are the same"),
    "eleven folders": (
        zipped({f"{i % 11}/{i}.png": png(image) for i, image in enumerate(IMAGES)}),
        "more than 10 classes",
    ),
    "a damaged picture": (
        zipped({**FOLDERS, "animals/cat/0.png": FOLDERS["animals/cat/0.png"][:99]}),
        "“animals/cat/0.png” is blank",
    ),
    "a blank picture": (
        zipped({**FOLDERS, "cat/b.png": png(np.zeros((28, 28), np.uint8))}),
        "“cat/b.png” is blank",
    ),
    "encrypted": (
        zipped(FOLDERS)
        .replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
        .replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
        "damaged",
    ),
    "too many entries": (ENTRY * (MOST_ENTRIES + 1), "100,000"),
    "too large": (bytes(LARGEST + 1), "more than 64 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_all_else_is_refused_in_one_sentence_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    content, sentence = BAD[name]
    with pytest.raises(DataUnavailable, match=sentence) as refused:
        own.accepted(content, tmp_path)
    said = str(refused.value)
    assert said.endswith(".")
    assert len(said.split()) <= 20
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_not_opened_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae.datasets.folders.MOST_PIXELS", 50 * 28 * 28)
    with pytest.raises(DataUnavailable, match="too large together"):
        own.read(zipped(FOLDERS), "own-0")


WHOLE = {
    "npz": npz(images=IMAGES, labels=LABELS, classes=NAMES),
    "plain": zipped(
        {
            "images.npy": b"".join(
                [header("{'descr': '|u1', 'fortran_order': False, 'shape': (60, 784)}\n"), IMAGES.tobytes()]
            )
        },
        zipfile.ZIP_STORED,
    ),
    "zip": zipped(FOLDERS),
}


@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_file_gives_a_sentence_or_images(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    sentence_or_images(bytes(content[: data.draw(st.integers(1, len(content)))]))


@given(st.binary(max_size=300), st.sampled_from(["images.npy", "labels.npy", "classes.npy", "a/b.png"]))
def test_any_bytes_in_a_zip_give_a_sentence_or_images(inner: bytes, name: str) -> None:
    files = {"images.npy": WHOLE["npz"]} if name.endswith("png") else {}
    sentence_or_images(zipped({**files, name: inner}))


@settings(max_examples=200)
@given(
    st.sampled_from(["|u1", "<U3", "|S2", "<i8", "<f8", "|O", "<U0", "|V0", "<M8[s]", "?"]),
    st.lists(st.integers(-2, 2**62), max_size=4),
    st.binary(max_size=64),
)
def test_any_header_of_an_array_gives_a_sentence(kind: str, shape: list[int], body: bytes) -> None:
    with pytest.raises(DataUnavailable):
        own.read(claiming(str(tuple(shape)), kind, body), "own-0")


@given(st.lists(st.text(max_size=40), min_size=3, max_size=3))
def test_any_names_are_kept_or_refused(names: list[str]) -> None:
    try:
        taken = own.read(npz(images=IMAGES, labels=LABELS, classes=np.array(names)), "own-0")
    except DataUnavailable:
        return
    assert len(set(taken.classes)) == 3
    assert own.read(own.packed(taken), "own-0").classes == taken.classes


def sentence_or_images(content: bytes) -> None:
    try:
        taken = own.read(content, "own-0")
    except DataUnavailable:
        return
    for part in (taken.train, taken.test):
        assert part.images.dtype == np.uint8
        assert part.images.shape == (len(part.labels), 784)
        assert part.labels.max() < max(len(taken.classes), 1)


def test_twenty_are_kept_and_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(own.VARIABLE, str(tmp_path))
    names = []
    for index in range(own.MOST_KEPT + 2):
        names.append(own.accepted(npz(images=np.roll(IMAGES, index + 1, axis=1)), tmp_path).name)
        os.utime(tmp_path / own.FOLDER / f"{names[-1]}.npz", (index, index))
    kept = {path.stem for path in (tmp_path / own.FOLDER).iterdir()}
    assert kept == set(names[2:])
    with pytest.raises(DataUnavailable, match="bring the file again"):
        load_dataset(names[0])


def test_the_same_file_has_the_same_name_and_takes_no_more_room(tmp_path: Path) -> None:
    content = zipped(FOLDERS)
    assert own.accepted(content, tmp_path).name == own.accepted(content, tmp_path).name
    assert len(list((tmp_path / own.FOLDER).iterdir())) == 1


@pytest.mark.parametrize(
    "name", ["own-../../etc/pw", "own-0", "", "own-ABCDEF012345", "own-0123456789ab.npz"]
)
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(DataUnavailable, match="no data set named"):
        load_dataset(name)
