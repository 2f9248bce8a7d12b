"""A stranger's picture file, opened: what is ink in it, as if it had been drawn on black.

Drawn by a program or photographed on paper, dark on light or light on dark.
"""

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageFilter
from PIL.WebPImagePlugin import WebPImageFile  # formats that are named are looked for among those loaded

FORMATS = ("PNG", "JPEG", WebPImageFile.format)
MOST_PIXELS = 40_000_000  # what phones take has 12 to 25 million
LEAST_SIDE = 5  # pixels
LONGEST = 280  # pixels of the longer side that are kept
BAND = 256  # rows that are turned to grey at once: the whole would need several times its memory
CONTRAST = 24  # grey levels: what differs by less is no ink
FLAT = 0.9  # of the border has one and the same grey, if no camera took it
SHADE = 4  # the light may change over a fourth of the picture: strokes are thinner
COARSE = 70  # pixels a side are enough to see how it does

WHITE, BLACK = 255, 0
TURNS = {  # of the camera, by the EXIF tag "orientation"
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Ink = NDArray[np.uint8]  # (height, width), 0 none to 255 full


class PictureError(ValueError):
    """The file holds no picture that can be used; the message is one sentence that says what to do."""


def opened(content: bytes) -> Ink:
    """The ink in a PNG, JPEG or WebP file, (height, width), at most `LONGEST` a side, its range 0 to 255.

    Of several frames the first; turned as the camera was held; what is transparent lies on white, or on black
    if nothing is seen on white. Raises PictureError for any file that is no such picture.
    """
    with recognised(content) as image:
        try:
            image.draft("L", (2 * LONGEST, 2 * LONGEST))  # a JPEG is decoded smaller from the start
            image.load()
            greys = [_small(image, ground) for ground in ((WHITE, BLACK) if _is_clear(image) else (WHITE,))]
        except Exception as error:  # decoders raise whatever they stumble over
            raise PictureError("The picture is damaged: save it again, or choose another.") from error
    found = next((ink for ink in map(_ink, greys) if ink is not None), None)
    if found is None:
        raise PictureError("The picture is blank: choose one with a digit that stands out.")
    return found


def recognised(content: bytes) -> Image.Image:
    """The file with its header read, and nothing decoded yet. Raises PictureError."""
    if not content:
        raise PictureError("The file is empty: choose a picture.")
    limit = f"The picture has more than {MOST_PIXELS // 1_000_000} megapixels: make it smaller."
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(limit) from error
    except Exception as error:  # see above
        raise PictureError("The file is no PNG, JPEG or WebP picture: save it as one of these.") from error
    if image.width * image.height > MOST_PIXELS:
        raise PictureError(limit)
    if min(image.size) < LEAST_SIDE:
        size = f"{image.width} × {image.height}"
        raise PictureError(f"The picture is {size} pixels: choose one of at least {LEAST_SIDE} a side.")
    return image


def _is_clear(image: Image.Image) -> bool:
    """Whether anything in it may be transparent."""
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _small(image: Image.Image, ground: int) -> Image.Image:
    """A decoded picture in grey on `ground`, upright, its longer side at most `LONGEST`."""
    factor = max(1, max(image.size) // (2 * LONGEST))
    rows = factor * max(1, BAND // factor)
    small = Image.new("L", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        small.paste(_grey(band, ground).reduce(factor), (0, top // factor))
    scale = min(1.0, LONGEST / max(small.size))
    width, height = (max(1, round(side * scale)) for side in small.size)
    small = small.resize((width, height), Image.Resampling.BOX)
    turn = None
    with suppress(Exception):  # what a camera wrote about itself may be damaged, too
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return small if turn is None else small.transpose(turn)


def _grey(band: Image.Image, ground: int) -> Image.Image:
    if band.mode.startswith("I"):  # 16 bits
        return Image.fromarray((np.asarray(band) >> 8).astype(np.uint8))
    if not _is_clear(band):
        return band.convert("L")
    colours = band.convert("RGBA")
    laid = Image.new("RGBA", band.size, (ground, ground, ground, 255))
    laid.alpha_composite(colours)
    return laid.convert("L")


def _ink(grey: Image.Image) -> Ink | None:
    """What stands out from the ground, stretched to 0 to 255; None if nothing does."""
    if _is_dark_on_light(grey):
        grey = ImageChops.invert(grey)
    values = np.asarray(grey)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    ground = np.median(border)
    if (border == ground).mean() > FLAT:  # drawn by a program: kept as it is
        above, least = values.astype(np.float64) - ground, 0.0
    else:  # paper has grain and printed lines, and the light on it is not even
        above = values - _ground(grey)
        least = _threshold(above.clip(0, WHITE)) / 2
    highest = above.max()
    if highest < CONTRAST:
        return None
    stretched = (above - least) / (highest - least)
    ink: Ink = np.rint(WHITE * stretched.clip(0, 1)).astype(np.uint8)
    return ink


def _is_dark_on_light(grey: Image.Image) -> bool:
    """Whether what differs most from its surroundings is darker: the skewness of the differences tells."""
    around = grey.filter(ImageFilter.BoxBlur(max(grey.size) / SHADE))
    differences = np.asarray(grey, np.float64) - np.asarray(around, np.float64)
    return bool((differences**3).sum() < 0)


def _ground(grey: Image.Image) -> NDArray[np.float64]:
    """The ground below light ink, where its light changes slowly: an opening by a wide square."""
    coarse = grey.reduce(max(1, max(grey.size) // COARSE))
    window = max(3, max(coarse.size) // SHADE // 2 * 2 + 1)
    low = coarse.filter(ImageFilter.MinFilter(window)).filter(ImageFilter.MaxFilter(window))
    smooth = low.filter(ImageFilter.BoxBlur(window / 4)).resize(grey.size, Image.Resampling.BILINEAR)
    return np.asarray(smooth, np.float64)


def _threshold(values: NDArray[np.float64]) -> int:
    """The grey value that parts the values into two most distinct classes (Otsu 1979); it is itself low."""
    count = np.bincount(values.astype(np.intp).ravel(), minlength=256).astype(np.float64)
    low = np.cumsum(count)
    high = low[-1] - low
    total = np.cumsum(count * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = low * high * (total / low - (total[-1] - total) / high) ** 2
    return int(np.argmax(np.nan_to_num(between)))
