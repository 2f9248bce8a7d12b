"""Checkpoint files are opened as if a stranger had sent them: whole, small, and with nothing odd inside.

`torch.save` writes a zip whose records are stored, not compressed, each with its CRC-32; `torch.load` does
not check them. Here each is checked, and torch is handed an archive of our own with just the records it
needs: it reads zips with another program than Python does, and so they cannot disagree on what a file holds.
"""

from __future__ import annotations

import io
import os
import pickletools
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

LARGEST = 2**30  # bytes of a file: the largest network (vae.config) with all that its training needs to go on
LARGEST_PICKLE = 2**19  # bytes: names, shapes and settings of a thousand tensors take a third of it
MOST_PARTS, DEEPEST = 100_000, 12  # of what the pickle builds, each part counted wherever it stands
RECORD = re.compile(r"[^/]+/(data\.pkl|data/\d+|byteorder|version)")
PICKLE = "data.pkl"

# All that our files name: plain tensors in four kinds of numbers. Torch would also build others, and
# containers of any size.
NAMED = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    *(f"torch {kind}Storage" for kind in ("Half", "Float", "Long", "Byte")),
}
PLAIN = (str, int, float, type(None))  # bool is an int


class Unusable(ValueError):
    """A file holds no checkpoint; the message says of it what is wrong, without its name: "is damaged"."""


def read(path: Path) -> Any:
    """What `torch.save` wrote to a file: dictionaries, lists, tuples, plain values and tensors on the CPU.

    It takes little more memory than the file has bytes. Raises Unusable, and OSError if there is no such file
    or it may not be read.
    """
    with _opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > LARGEST:
            raise Unusable(f"is larger than any checkpoint ({LARGEST >> 20} MB)")
        try:
            payload = torch.load(_sound_records(stream, size), map_location="cpu", weights_only=True)
            _require_plain(payload, size)
        except Exception as error:  # readers fail in many ways on foreign bytes; all mean the same
            raise Unusable("is damaged or not a checkpoint") from error
    return payload


def _opened(path: Path) -> io.BufferedReader:
    """The file, if it is one: to open a pipe as usual would wait for whoever writes to it."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unusable("is a folder, a device or a pipe, not a file")
    return os.fdopen(descriptor, "rb")


def _sound_records(stream: io.BufferedReader, size: int) -> io.BytesIO:
    """The records of an archive of `size` bytes that torch needs, as another archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(content, "w") as sound:
        records = archive.infolist()
        stored = all(record.compress_type == zipfile.ZIP_STORED for record in records)
        if not stored or sum(record.file_size for record in records) > size:
            raise ValueError("records are compressed, or overlap")
        written = set()
        for record in records:
            if record.filename.endswith(PICKLE) and record.file_size > LARGEST_PICKLE:
                raise ValueError("the pickle is too large")
            bytes_ = archive.read(record)  # raises BadZipFile if they do not have the record's CRC-32
            if (found := RECORD.fullmatch(record.filename)) is None:
                continue
            if found[1] in written:
                raise ValueError("two records have one name")
            written.add(found[1])
            if found[1] == PICKLE:
                _require_known(bytes_)
            sound.writestr(f"archive/{found[1]}", bytes_)
    content.seek(0)
    return content


def _require_known(pickle: bytes) -> None:
    """Raises ValueError for a pickle that names anything but plain tensors."""
    for operation, argument, _ in pickletools.genops(pickle):
        if operation.name == "GLOBAL" and argument not in NAMED:
            raise ValueError(f"{argument} is not part of a checkpoint")


def _require_plain(payload: object, size: int) -> None:
    """Raises ValueError for parts that no file of ours has, or that take more room than a file of `size`.

    A view of a single number may pretend to be a million, and a list may hold itself: all parts are counted
    as often as they occur.
    """
    parts, room = 0, 0
    left: list[tuple[object, int]] = [(payload, 0)]
    while left:
        part, depth = left.pop()
        inner: list[Any] = []
        if isinstance(part, Tensor):
            room += part.nbytes
            if room > size or part.requires_grad:
                raise ValueError("tensors are larger than their file, or not plain")
        elif isinstance(part, dict):
            inner = [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            inner = list(part)
        elif not isinstance(part, PLAIN):
            raise ValueError(f"{type(part).__name__} is not part of a checkpoint")
        parts += len(inner)
        if parts > MOST_PARTS or depth > DEEPEST:
            raise ValueError("there are too many parts")
        left += [(each, depth + 1) for each in inner]
