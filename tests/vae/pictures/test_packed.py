"""Packed bytes: back as they were, and nothing else is taken."""

import zlib
from base64 import urlsafe_b64encode
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from vae.pictures.packed import pack, unpack


@given(st.binary(max_size=900))
def test_what_is_packed_comes_back(content: bytes) -> None:
    text = pack(content)
    assert unpack(text, len(content)) == content
    assert quote(text) == text, "an address holds it as it is"


@given(st.binary(max_size=900), st.integers(0, 1000))
def test_another_length_is_refused(content: bytes, length: int) -> None:
    assert unpack(pack(content), length) == (content if length == len(content) else None)


@given(st.text(max_size=300))
def test_any_text_is_refused_or_read(text: str) -> None:
    read = unpack(text, 784)
    assert read is None or len(read) == 784


def test_a_bomb_stays_small_and_is_refused() -> None:
    bomb = urlsafe_b64encode(zlib.compress(bytes(200_000_000), 9)).decode().rstrip("=")
    assert unpack(bomb, 784) is None


def test_what_follows_the_end_is_refused() -> None:
    text = urlsafe_b64encode(zlib.compress(bytes(784)) + b"more").decode().rstrip("=")
    assert unpack(text, 784) is None
