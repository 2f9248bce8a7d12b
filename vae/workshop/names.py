"""Names that nobody guesses: of runs, of what they have learned, and the keys that command them."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from typing import NamedTuple

SHIPPED = "shipped"  # the run that comes with the program
LETTERS = string.ascii_lowercase + string.digits
LONG = 10  # letters: 51 bits; whoever asks a thousand times a second finds one of 40 in a million years
RUN = re.compile(rf"[a-z0-9]{{{LONG}}}|{SHIPPED}")
MODEL = re.compile(rf"({RUN.pattern})\.(0|[1-9][0-9]{{0,6}})")


class ModelName(NamedTuple):
    """What a run has learned after so many epochs; its content never changes."""

    run: str
    epoch: int

    def __str__(self) -> str:
        return f"{self.run}.{self.epoch}"


def new_run() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LONG))


def new_key() -> str:
    return secrets.token_urlsafe(16)


def is_run(name: str) -> bool:
    return RUN.fullmatch(name) is not None


def parsed(name: str) -> ModelName | None:
    """None for what names no model of a run."""
    found = MODEL.fullmatch(name)
    return found and ModelName(found[1], int(found[2]))


def hashed(key: str) -> str:
    """How a key stands in a folder."""
    return hashlib.sha256(key.encode()).hexdigest()


def opens(key: str, stored: str) -> bool:
    """Whether this is the key whose hash is stored; it takes as long for every wrong one."""
    return bool(key) and hmac.compare_digest(hashed(key), stored)
