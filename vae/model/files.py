"""Files that hold hours of work: written whole or not at all, by one process at a time, none lost."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

PARTIAL = ".partial"  # ends the names of files that are still being written


class FileError(OSError):
    """A file cannot be written; the message is one sentence that names it and says what to do."""


def write_atomically(payload: Mapping[str, Any], path: Path) -> None:
    """Write beside `path`, fsync, rename: readers and crashes see the old file or the new one, never half.

    Raises FileError; `path` is then as it was.
    """
    content = io.BytesIO()
    torch.save(dict(payload), content)
    write_bytes(content.getbuffer(), path)


def write_bytes(content: bytes | memoryview, path: Path) -> None:
    """The same for bytes."""
    with _beside(path) as temporary:
        _write(content, temporary)
        temporary.replace(path)


def probe(path: Path, size: int) -> None:
    """Raises FileError if no file of so many bytes can be written beside `path`."""
    with _beside(path) as temporary:
        _write(bytes(size), temporary)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """The name of a file beside `path` that is gone afterwards. Raises FileError for any OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _unwritable(path: Path, error: OSError) -> FileError:
    reason = error.strerror or str(error)
    return FileError(
        f"{path} cannot be written ({reason[:1].lower()}{reason[1:]}): make room for it there, or choose "
        "another place."
    )


def _write(content: bytes | memoryview, path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def require_replaceable(path: Path) -> None:
    """Raises FileError unless `path` is absent or a regular file: nothing else may be renamed over."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        what = "link" if path.is_symlink() else "folder" if path.is_dir() else "device or a pipe"
        raise FileError(f"{path} is a {what}, not a file: name the file itself, such as vae.pt.")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Be the only process that writes `path`; the lock goes with the process, however that ends.

    What writers that were killed left behind is swept away. Raises FileError if another process holds it.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"), blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise FileError(
            f"{path} is being written by another process: wait until that has ended, or choose another file."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        for left in path.parent.iterdir():
            if left.name.startswith(f".{path.name}.") and left.suffix == PARTIAL:
                left.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def digest(path: Path) -> str:
    """SHA-256 of the bytes in a file, empty if there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
