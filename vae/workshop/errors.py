"""Errors of the workshop that its routes know without loading a network."""

from __future__ import annotations


class UnknownRun(LookupError):
    """There is no such run (any more); the message is one sentence."""


class Refused(RuntimeError):
    """A run cannot be started or commanded; the message is one sentence that says what to do."""


class NotYours(Refused):
    """Another key than the run's."""


class Unusable(ValueError):
    """A file that a visitor brought is of no use; the message is one sentence that says what to do."""
