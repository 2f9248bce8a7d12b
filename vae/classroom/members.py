"""Who is in a room: students, the connections that listen, and how they part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from vae.classroom.allowance import Allowance
from vae.classroom.messages import ENDED, LEFT, REMOVED, Pin, Value
from vae.serving.connection import Refusal


class Parting(Refusal):
    """The connection is closed, and before that one frame says why to programs."""

    def __init__(self, code: int, reason: str, frame: dict[str, Any]) -> None:
        super().__init__(code, reason)
        self.frame = frame


Notice = Literal["now", "soon", "yours"]  # for all at once, for all within a second, for this student alone


class Listener(Protocol):
    """A connection that is told what is new, when it can be told."""

    def hear(self, notice: Notice) -> None:
        """Something is new."""


@dataclass(eq=False)
class Member:
    """A student, known by a name to people and by a token to the browser that has it."""

    name: str
    token: str
    allowance: Allowance
    since: float  # when the student last came or went
    here_at: int = 0  # the version at which that was
    seat: Listener | None = None  # the connection, while there is one
    pin: Pin | None = None
    pinned: float = 0.0  # seconds after the room was opened
    pin_at: int = 0
    answers: dict[str, Value] = field(default_factory=dict)  # by step
    answered_at: dict[str, int] = field(default_factory=dict)  # by step

    @property
    def is_silent(self) -> bool:
        return self.pin is None and not self.answers


def left() -> Refusal:
    return Refusal(LEFT, "You have left this room.")


def removed() -> Parting:
    return Parting(REMOVED, "The teacher has removed you from this room.", {"removed": {}})


def ended(why: str) -> Parting:
    return Parting(ENDED, why, {"ended": {"why": why}})
