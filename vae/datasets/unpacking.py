"""A stranger's ZIP file, unpacked within bounds."""

from __future__ import annotations

import io
import zipfile

from vae.datasets.dataset import DataUnavailable

LARGEST = 64 * 2**20  # bytes of the file
MOST_UNPACKED = 256 * 2**20  # bytes of all that is read from it
MOST_ENTRIES = 100_000
ENTRY = b"PK\x01\x02"  # begins each entry of the list of contents
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes of memory


class Archive:
    """The files in a ZIP.

    Raises DataUnavailable for what is too large or packed in an unusual way, and what zipfile stumbles over.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) > LARGEST:
            raise DataUnavailable(
                f"The file has more than {LARGEST >> 20} MB: leave images out, or make them smaller."
            )
        if content.count(ENTRY) > MOST_ENTRIES:
            raise DataUnavailable(f"The file holds more than {MOST_ENTRIES:,} others: leave some out.")
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._left = MOST_UNPACKED
        self.names = [entry.filename for entry in self._zip.infolist() if not entry.is_dir()]

    def read(self, name: str) -> bytes:
        """One of the files; its checksum is checked."""
        entry = self._zip.getinfo(name)
        if entry.compress_type not in METHODS:
            raise DataUnavailable("The file is packed in an unusual way: save it as an ordinary ZIP.")
        with self._zip.open(entry) as stream:
            content = stream.read(self._left + 1)  # what the entry says of its size is a stranger's word
        self._left -= len(content)
        if self._left < 0:
            raise DataUnavailable(
                f"Unpacked, the file has more than {MOST_UNPACKED >> 20} MB: leave images out."
            )
        return content
