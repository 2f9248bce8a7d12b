"""Errors of the service that its routes know without loading a network."""

from __future__ import annotations

import os
from pathlib import Path


class UnknownCheckpoint(KeyError):
    """There is no decoder of that name; the message says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def public(error: Exception, folder: Path) -> str:
    """The sentence of an error about `folder`, or a file in it, without where this machine keeps it.

    Pages and /healthz show it to everybody.
    """
    return str(error).replace(f"{folder.parent}{os.sep}", "")
