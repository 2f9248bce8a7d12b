"""A stranger's picture files: formats, colours, grounds, light, and every kind of bad file."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageDraw, ImageFilter

from vae.data import Digits, load_mnist
from vae.pictures.opened import LONGEST, MOST_PIXELS, PictureError, opened


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def seven(width: int = 240, height: int = 280, ink: int = 0, ground: int = 255) -> Image.Image:
    """A seven, whose upper left and lower right tell how it is turned."""
    image = Image.new("L", (width, height), ground)
    points = [(0.25 * width, 0.2 * height), (0.75 * width, 0.2 * height), (0.45 * width, 0.8 * height)]
    ImageDraw.Draw(image).line(points, ink, width // 12, joint="curve")
    return image


SEVEN = 255 - np.asarray(seven())


def likeness(ink: NDArray[np.uint8], wanted: NDArray[np.uint8] = SEVEN) -> float:
    """The correlation of two pictures, once they have one size."""
    other = Image.fromarray(ink).resize(wanted.shape[::-1], Image.Resampling.BILINEAR)
    return float(np.corrcoef(np.asarray(other).ravel(), wanted.ravel())[0, 1])


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_digit_of_mnist_comes_back_as_it_is(mnist: Path, form: str, inverted: bool) -> None:
    for image in load_mnist("test", mnist).images[:50].reshape(-1, 28, 28):
        shown = 255 - image if inverted else image
        options = {"lossless": True} if form == "WEBP" else {}
        ink = opened(saved(Image.fromarray(shown), form, **options))
        np.testing.assert_array_equal(ink, np.rint(image * (255 / image.max())))


def test_small_digits_come_back_as_they_are(digits: Digits) -> None:
    for image in digits.images[:50].reshape(-1, 28, 28):
        ink = opened(saved(Image.fromarray(image)))
        np.testing.assert_allclose(ink, image * (255.0 / image.max()), atol=0.51)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(240, 280), (960, 1120), (3024, 4032)], ids=str)
def test_every_format_and_size_gives_the_ink(form: str, size: tuple[int, int]) -> None:
    ink = opened(saved(seven(*size), form))
    assert max(ink.shape) == LONGEST
    assert (ink.min(), ink.max()) == (0, 255)
    assert likeness(ink) > 0.95


def colours(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    if mode == "CMYK":
        return image.convert("RGB").convert("CMYK")
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_colour_gives_the_ink(mode: str) -> None:
    content = saved(colours(seven(), mode), "JPEG" if mode == "CMYK" else "PNG")
    assert likeness(opened(content)) > 0.95


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0), (200, 60), (90, 150)])
def test_ink_is_what_differs_from_the_ground(ink: int, ground: int) -> None:
    found = opened(saved(seven(ink=ink, ground=ground)))
    assert (found.min(), found.max()) == (0, 255)
    assert likeness(found) > 0.95


@pytest.mark.parametrize("grey", [0, 255])
def test_transparent_ground_is_no_ink_whatever_colour_lies_there(grey: int) -> None:
    image = Image.new("RGBA", (240, 280), (200, 30, 90, 0))
    image.paste((grey, grey, grey, 255), mask=Image.fromarray(SEVEN))
    assert likeness(opened(saved(image))) > 0.95


def test_transparency_of_a_palette_counts() -> None:
    image = Image.fromarray((SEVEN > 127).astype(np.uint8), "L").convert("P")
    image.putpalette([0, 0, 0, 0, 0, 0])
    assert likeness(opened(saved(image, transparency=0))) > 0.95


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_the_camera_was_held(orientation: int) -> None:
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes the turn, as Image.Transpose
    image = seven()
    if orientation in back:
        image = image.transpose(Image.Transpose(back[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    ink = opened(saved(image, "JPEG", exif=exif))
    assert ink.shape == SEVEN.shape
    assert likeness(ink) > 0.97


def test_of_an_animation_the_first_frame_is_taken() -> None:
    blank = Image.new("RGB", (240, 280), "white")
    for form in ("PNG", "WEBP"):
        content = saved(seven().convert("RGB"), form, save_all=True, append_images=[blank, blank])
        assert likeness(opened(content)) > 0.95


@pytest.mark.parametrize("chalk", [False, True])
@pytest.mark.parametrize("lined", [False, True])
@pytest.mark.parametrize("shaded", [False, True])
def test_a_photograph_gives_the_strokes_alone(chalk: bool, lined: bool, shaded: bool) -> None:
    image = Image.new("L", (1200, 1400), 225)
    draw = ImageDraw.Draw(image)
    for at in range(0, 1400 if lined else 0, 80):
        draw.line([(0, at), (1200, at)], 185, 3)
        draw.line([(at, 0), (at, 1400)], 185, 3)
    image.paste(45, mask=Image.fromarray(SEVEN).resize(image.size))
    grey = np.asarray(image.filter(ImageFilter.GaussianBlur(2)), np.float64)
    grey = 265 - grey if chalk else grey
    y, x = np.mgrid[:1400, :1200]
    if shaded:
        grey = grey * (0.5 + 0.5 * np.exp(-(((x - 1000) / 900) ** 2) - ((y - 300) / 1000) ** 2))
    grey = grey + np.random.default_rng(0).normal(0, 6, grey.shape)
    ink = opened(saved(Image.fromarray(grey.clip(0, 255).astype(np.uint8)), "JPEG", quality=85))
    rows, columns = (np.flatnonzero(SEVEN.any(axis)) for axis in (1, 0))
    found = [np.flatnonzero(ink.any(axis)) for axis in (1, 0)]
    for wanted, there in zip((rows, columns), found, strict=True):
        assert abs(wanted[0] - there[0]) <= 3
        assert abs(wanted[-1] - there[-1]) <= 3
    assert likeness(ink) > 0.9


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a size; who decodes it finds it damaged."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


WHOLE = saved(seven())
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "text": (b"This is no picture.\n" * 40, "no PNG, JPEG or WebP"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WebP"),
    "gif": (saved(seven(), "GIF"), "no PNG, JPEG or WebP"),
    "bmp": (saved(seven(), "BMP"), "no PNG, JPEG or WebP"),
    "tiff": (saved(seven(), "TIFF"), "no PNG, JPEG or WebP"),
    "one pixel": (saved(Image.new("L", (1, 1))), "1 × 1 pixels"),
    "a line": (saved(Image.new("L", (900, 2))), "900 × 2 pixels"),
    "white": (saved(Image.new("L", (90, 90), 255)), "is blank"),
    "black": (saved(Image.new("L", (90, 90), 0), "JPEG"), "is blank"),
    "faint": (saved(seven(ink=245)), "is blank"),
    "nothing but transparency": (saved(Image.new("RGBA", (90, 90))), "is blank"),
    "cut PNG": (WHOLE[: len(WHOLE) // 2], "is damaged"),
    "cut JPEG": (saved(seven(900, 900), "JPEG")[:9000], "is damaged"),
    "cut WebP": (saved(seven(900, 900), "WEBP")[:900], "damaged|no PNG, JPEG or WebP"),
    "large": (bomb(MOST_PIXELS // 5000 + 1, 5000), "more than 40 megapixels"),
    "huge": (bomb(15_000, 7_000), "more than 40 megapixels"),
    "bomb": (bomb(65_535, 65_535), "more than 40 megapixels"),
    "promise without content": (bomb(5000, 5000), "is damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(name: str) -> None:
    content, sentence = BAD[name]
    with pytest.raises(PictureError, match=sentence) as refused:
        opened(content)
    said = str(refused.value)
    assert said.endswith(".")
    assert said.count(".") == 1
    assert len(said.split()) <= 20


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_file_gives_a_sentence_or_ink(form: str, data: st.DataObject) -> None:
    content = bytearray(saved(seven(60, 70), form))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    assert_ink_or_sentence(lambda: opened(bytes(content)))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_sentence(content: bytes) -> None:
    with pytest.raises(PictureError):
        opened(content)


def assert_ink_or_sentence(attempt: Callable[[], NDArray[np.uint8]]) -> None:
    try:
        ink = attempt()
    except PictureError:
        return
    assert ink.dtype == np.uint8
    assert max(ink.shape) <= LONGEST
    assert (ink.min(), ink.max()) == (0, 255)
