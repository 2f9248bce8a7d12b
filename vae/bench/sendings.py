"""Files that visitors send: pictures, images to train with, models; good ones and every kind of bad one."""

from __future__ import annotations

import asyncio
import http.client
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from vae.bench.frames import FOREIGN
from vae.bench.server import ROOT
from vae.bench.stream import PATIENCE, Wrong
from vae.bench.student import Interrupted, Notes
from vae.config import SIDE
from vae.model import ladder

PICTURES, DATASETS, RUNS = "/pictures", "/datasets", "/runs"
MB = 2**20


class Sending(NamedTuple):
    """A file on its way: where to, and what it must be answered with.

    `said` is a part of the sentence; where `full` is given, that is another right answer, with status 409.
    """

    route: str
    body: bytes
    status: int
    said: str
    announced: int | None = None  # bytes, if not those that are sent
    origin: str = ""  # empty for the app's own
    full: str = ""


def png(grey: np.ndarray[Any, Any]) -> bytes:
    return saved(grey, "PNG")


def saved(grey: np.ndarray[Any, Any], form: str) -> bytes:
    content = io.BytesIO()
    Image.fromarray(grey).save(content, form)
    return content.getvalue()


def digit(chance: random.Random, side: int) -> np.ndarray[Any, Any]:
    """A stroke of ink on black, (side, side)."""
    grey = np.zeros((side, side), np.uint8)
    left, top = (chance.randint(side // 5, side // 2) for _ in range(2))
    grey[top : top + side // 3, left : left + max(1, side // 10)] = chance.randint(150, 255)
    return grey


def bomb(side: int) -> bytes:
    """A PNG of so many black pixels a side (RFC 2083): zlib makes a thousandth of it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packing, row = zlib.compressobj(9), bytes(side + 1)
    rows = b"".join(packing.compress(row) for _ in range(side)) + packing.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def npz(**arrays: Any) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def images(chance: random.Random, count: int) -> np.ndarray[Any, Any]:
    return np.stack([digit(chance, SIDE) for _ in range(count)])


def folders(chance: random.Random, count: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for index in range(count):
            archive.writestr(f"{'ab'[index % 2]}/{index}.png", png(digit(chance, 32)))
    return content.getvalue()


def zeros(megabytes: int) -> bytes:
    """An .npz that is small until it is unpacked."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("images.npy", "w", force_zip64=True) as stream,
    ):
        count = megabytes * MB // SIDE**2
        head = {"descr": "|u1", "fortran_order": False, "shape": (count, SIDE, SIDE)}
        np.lib.format.write_array_header_1_0(stream, head)
        for _ in range(megabytes):
            stream.write(bytes(MB))
    return content.getvalue()


class Post:
    """Makes what is sent; what is large, or always the same, once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        model = (ROOT / "checkpoints" / ladder.file(1)).read_bytes()
        whole, two = png(digit(chance, 300)), npz(images=images(chance, 2))
        same = npz(images=np.full((80, SIDE, SIDE), 7, np.uint8))
        labels = npz(images=images(chance, 60), labels=np.arange(60))
        rejected, unknown = "no checkpoint of Latent Atlas", "neither an .npz nor a ZIP"
        self.good: Mapping[str, Callable[[], Sending]] = {
            "a PNG": lambda: self._picture("PNG"),
            "a JPEG": lambda: self._picture("JPEG"),
            "a WebP": lambda: self._picture("WEBP"),
            "an .npz": lambda: Sending(DATASETS, npz(images=images(chance, 80)), 201, '"train"'),
            "a ZIP": lambda: Sending(DATASETS, folders(chance, 60), 201, '"train"'),
            "a model": lambda: Sending(RUNS, model, 201, '"run"', full="discard one, then start again"),
        }
        self.bad = {
            "half a PNG": Sending(PICTURES, whole[: len(whole) // 2], 422, "damaged"),
            "no picture": Sending(PICTURES, b"", 422, "empty"),
            "text for a picture": Sending(PICTURES, b"a 3\n" * 99, 422, "no PNG, JPEG or WebP"),
            "a GIF": Sending(PICTURES, saved(digit(chance, 30), "GIF"), 422, "no PNG, JPEG or WebP"),
            "a speck": Sending(PICTURES, png(digit(chance, 4)), 422, "at least"),
            "a white sheet": Sending(PICTURES, png(np.full((90, 90), 255, np.uint8)), 422, "blank"),
            "a bomb": Sending(PICTURES, bomb(7_000), 422, "megapixels"),
            "a bomb that is small enough": Sending(PICTURES, bomb(6_000), 422, "blank"),
            "9 MB": Sending(PICTURES, b"\x89PNG", 413, "larger than", announced=9 * MB),
            "a foreign picture": Sending(PICTURES, whole, 403, "other hosts", origin=FOREIGN),
            "no images": Sending(DATASETS, b"", 422, unknown),
            "half an .npz": Sending(DATASETS, same[: len(same) // 2], 422, unknown),
            "two images": Sending(DATASETS, two, 422, "at least"),
            "the same image": Sending(DATASETS, same, 422, "All images are the same"),
            "too many classes": Sending(DATASETS, labels, 422, "more than 10 classes"),
            "a bomb of images": Sending(DATASETS, zeros(300), 422, "Unpacked"),
            "65 MB": Sending(DATASETS, b"PK", 413, "larger than", announced=65 * MB),
            "no model": Sending(RUNS, b"", 422, rejected),
            "half a model": Sending(RUNS, model[: len(model) // 2], 422, rejected),
            "a picture for a model": Sending(RUNS, whole, 422, rejected),
            "a foreign model": Sending(RUNS, model, 403, "other hosts", origin=FOREIGN),
            "a file cut off": Sending(RUNS, model[:1000], 0, "", announced=len(model)),
        }

    def _picture(self, form: str) -> Sending:
        side = self._chance.randint(28, 280)
        size = struct.pack("<HH", side, side).decode("latin-1")  # which the answer begins with
        return Sending(PICTURES, saved(digit(self._chance, side), form), 200, size)


async def send_one(url: str, post: Post, chance: random.Random, notes: Notes) -> None:
    """One file, good or bad in turns, whatever comes of it."""
    is_bad = chance.random() < 0.5
    kind = chance.choice(list(post.bad if is_bad else post.good))
    sending = post.bad[kind] if is_bad else post.good[kind]()
    with suppress(Interrupted), notes.doing(f"{'bad' if is_bad else 'good'} file ({kind})"):
        check(sending, *await asyncio.to_thread(delivered, url, sending))
        notes.done["bad files" if is_bad else "good files"] += 1


def delivered(url: str, sending: Sending) -> tuple[int, str]:
    """Status and answer, (0, "") for a file that is cut off; raises OSError."""
    at = urlsplit(url)
    with closing(http.client.HTTPConnection(at.netloc, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", sending.route)
        connection.putheader("Origin", sending.origin or url)
        connection.putheader("Content-Length", str(sending.announced or len(sending.body)))
        connection.endheaders(sending.body)
        if sending.status == 0:
            return 0, ""
        answer = connection.getresponse()
        return answer.status, answer.read().decode("latin-1")


def check(sending: Sending, status: int, answer: str) -> None:
    """Raises Wrong for another answer than the file deserves."""
    if sending.full and status == 409 and sending.full in answer:
        return
    if status != sending.status:
        raise Wrong(f"HTTP {status}")
    if sending.said not in answer:
        raise Wrong("another sentence")
