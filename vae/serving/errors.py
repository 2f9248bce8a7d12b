"""Errors of the service that its routes know without loading a network."""

from __future__ import annotations


class UnknownCheckpoint(KeyError):
    """There is no decoder of that name; the message says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])
