"""Models of runs as the decoder service asks for them."""

from __future__ import annotations

from collections.abc import Callable

from vae.model.checkpoint import Checkpoint
from vae.workshop import names
from vae.workshop.reading import Runs


class Guests:
    """`workshop` is opened when somebody asks for a name that a model of a run can have, not before."""

    def __init__(self, workshop: Callable[[], Runs]) -> None:
        self._workshop = workshop

    def find(self, name: str) -> Checkpoint | None:
        """The model of this name, whose content never changes; None if there is none (any more)."""
        return self._workshop().find(name) if names.parsed(name) else None

    def is_there(self, name: str) -> bool:
        """Whether `find` may find one, told at once."""
        return names.parsed(name) is not None and self._workshop().is_there(name)
