"""The Classroom page's view has no parts: a lesson and a room stand in every page's address."""

from __future__ import annotations

from dataclasses import dataclass

from pages.components.frame.views import Keeper


@dataclass(frozen=True)
class ClassroomView:
    """Always the same."""


KEEPER = Keeper("classroom", ClassroomView, lambda service: ())
