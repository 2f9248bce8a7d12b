"""Pieces of a page as HTML: pictures of digits, figures, tables, bars."""

from __future__ import annotations

import base64
import html
import re
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vae.config import SIDE
from vae.datasets.dataset import DIGIT_NAMES


def unformatted(text: str) -> str:
    """What a visitor wrote, for Markdown to show as it is: no picture, no link, no formula."""
    return re.sub(r"([\\`*_{}\[\]!$~<>|#])", r"\\\1", text)


def lead(task: str, said: str, more: str = "") -> str:
    """What to do, and one sentence on what is seen, which is read out when it changes; `more` is not."""
    behind = f" {html.escape(more)}" if more else ""
    return (
        f'<p class="atlas-lead"><b>{html.escape(task)}</b><br>'
        f'<span data-testid="sentence" role="status">{html.escape(said)}</span>{behind}</p>'
    )


def digit_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of one digit, (784,) grey values 0 to 255.

    Written here, because a pin needs a dozen, and for pictures so small Pillow takes four times as long.
    """
    rows = np.zeros((SIDE, 1 + SIDE), np.uint8)  # a row begins with the number of its filter: none
    rows[:, 1:] = pixels.reshape(SIDE, SIDE)
    header = struct.pack(">2I5B", SIDE, SIDE, 8, 0, 0, 0, 0)  # 8 bits of grey
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), level=1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file (W3C, Portable Network Graphics, third edition, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def digit_strip(
    images: NDArray[np.uint8],
    labels: Sequence[int | str],
    notes: Sequence[str],
    kind: str,
    name: str = "neighbours",
) -> str:
    """Digits in a row as HTML: images (n, 784), a label under each, a note each as its tooltip.

    `kind` says what the pictures are ("test digit", "reconstruction of a test digit"), for screen readers;
    `name` is the whole row's.
    """
    cells = "".join(
        f'<figure title="{html.escape(note)}">'
        f'<img src="data:image/png;base64,{base64.b64encode(digit_png(image)).decode()}"'
        f' alt="{html.escape(kind)} {label}" width="{SIDE}" height="{SIDE}">'
        f"<figcaption>{label}</figcaption></figure>"
        for image, label, note in zip(images, (html.escape(str(one)) for one in labels), notes, strict=True)
    )
    return f'<div class="atlas-strip" data-testid="{name}">{cells}</div>'


def facts(rows: Sequence[tuple[str, str, str]], name: str = "facts") -> str:
    """Figures as HTML, a line each: name, value, a few words on the value. `name` is the whole list's."""
    cells = "".join(
        f"<div><dt>{title}</dt><dd><b>{value}</b> <span>{note}</span></dd></div>"
        for title, value, note in (map(html.escape, row) for row in rows)
    )
    return f'<dl class="atlas-facts" data-testid="{name}">{cells}</dl>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A small table as HTML; the first cell of each row names it."""
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    lines = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>'
        + "".join(f"<td>{html.escape(value)}</td>" for value in values)
        + "</tr>"
        for name, *values in rows
    )
    return f'<table class="atlas-table" data-testid="table"><tr>{titles}</tr>{lines}</table>'


def share_bars(shares: NDArray[np.float64], of: int, classes: Sequence[str] = DIGIT_NAMES) -> str:
    """Class shares (10,), summing to 1, among `of` neighbours: a bar of fixed room a class, as HTML.

    The count stands above its bar and in the bar's tooltip; screen readers hear all of them in one sentence.
    """
    are = " are a" if tuple(classes) == DIGIT_NAMES else ":"
    shown = [(html.escape(name), share) for name, share in zip(classes, shares, strict=False)]
    bars = "".join(
        f'<div title="{round(share * of)} of {of}{are} {name}">'
        f'<span class="count">{round(share * of) or ""}</span>'
        f'<i style="--share:{share:.3f};--colour:var(--digit-{index})"></i>'
        f"<b>{name}</b></div>"
        for index, (name, share) in enumerate(shown)
    )
    said = ", ".join(f"{name}: {round(share * of)}" for name, share in shown if share > 0)
    hooks = f'data-testid="shares" role="img" aria-label="Among {of}: {said}" style="--classes:{len(shown)}"'
    return f'<div class="atlas-bars" {hooks}>{bars}</div>'
