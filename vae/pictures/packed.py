"""Bytes of a known length as short text that an address can hold."""

from __future__ import annotations

import base64
import binascii
import zlib


def pack(content: bytes) -> str:
    """Compressed, in the alphabet of base64url (RFC 4648, section 5) without padding."""
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def unpack(text: str, length: int) -> bytes | None:
    """What `pack` was given, if that was `length` bytes, else None; it never grows beyond that."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        inflating = zlib.decompressobj()
        content = inflating.decompress(packed, length + 1)
    except (ValueError, binascii.Error, zlib.error):
        return None
    return content if len(content) == length and inflating.eof and not inflating.unused_data else None
