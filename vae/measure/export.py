"""A path as files: an animated GIF, a strip of pictures (PNG), a table (CSV); models' figures as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PIL import Image

from vae.config import SIDE
from vae.measure.measures import MEASURES
from vae.measure.traversal import Images, Traversal, filmstrip

FRAME = 0.04  # seconds, of the GIF; browsers slow down frames shorter than 0.02, and 25 a second look fluent
DIGITS = 6  # significant, of the table's figures


def animated_gif(
    images: Images, *, seconds: float = 4.0, scale: int = 8, there_and_back: bool = True
) -> bytes:
    """Pictures (n, 784) as an endless animation that takes `seconds` one way.

    Each pixel becomes a square of `scale` by `scale`, and every frame lasts 0.04 s; of more pictures than fit
    into the time only evenly spaced ones are shown.
    """
    frames = max(2, min(len(images), round(seconds / FRAME)))
    shown = filmstrip(len(images), frames)
    if there_and_back:
        shown = np.concatenate([shown, shown[-2:0:-1]])
    milliseconds = max(20, 10 * round(100 * seconds / frames))  # a GIF counts hundredths of a second
    first, *others = [_enlarged(image.reshape(SIDE, SIDE), scale) for image in images[shown]]
    content = io.BytesIO()
    first.save(
        content,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=milliseconds,
        loop=0,
        optimize=False,
    )
    return content.getvalue()


def png_strip(images: Images, *, frames: int = 11, scale: int = 4) -> bytes:
    """`frames` evenly spaced ones of pictures (n, 784) side by side, from the first to the last."""
    strip = images[filmstrip(len(images), frames)].reshape(-1, SIDE, SIDE)
    content = io.BytesIO()
    _enlarged(np.hstack(list(strip)), scale).save(content, format="PNG")
    return content.getvalue()


def csv_table(traversal: Traversal) -> bytes:
    """One row a point, with a header line, UTF-8: t, the point, and what was measured there.

    `change` of a row belongs to the step that leads to it, and is empty in the first. Without a classifier
    the columns p0 to p9 are left out; what they lack to 1 is "no digit".
    """
    columns = {
        "t": traversal.times,
        "z1": traversal.points[:, 0],
        "z2": traversal.points[:, 1],
        "plane_length": traversal.plane_lengths,
        "picture_length": traversal.picture_lengths,
        "change": np.concatenate([[np.nan], traversal.change]),
        "density": traversal.density,
    }
    if traversal.classes is not None:
        columns |= {f"p{digit}": share for digit, share in enumerate(traversal.classes.T)}
    return _csv(columns, zip(*columns.values(), strict=True))


def figures_table(rows: Sequence[tuple[str, float | None, Mapping[str, float]]]) -> bytes:
    """One row a model, with a header line, UTF-8: its name, its beta, its measured figures.

    The columns are all figures that any of the models has, in the order in which `python -m vae evaluate`
    lists them, others after those by alphabet. What a model does not have is empty.
    """
    measured = {name for _, _, figures in rows for name in figures}
    names = [name for name in MEASURES if name in measured] + sorted(measured - MEASURES.keys())
    return _csv(
        ["name", "beta", *names],
        ([name, beta, *(figures.get(key) for key in names)] for name, beta, figures in rows),
    )


def _csv(header: Iterable[str], rows: Iterable[Iterable[str | float | None]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode()


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or math.isnan(value) else f"{value:.{DIGITS}g}"


def _enlarged(pixels: Images, scale: int) -> Image.Image:
    height, width = pixels.shape
    return Image.fromarray(pixels).resize((width * scale, height * scale), Image.Resampling.NEAREST)
