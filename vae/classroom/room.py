"""One room: who is there, what they pinned and answered, what the teacher has set. No I/O.

Every change has a number, the room's `version`, and everything remembers the number of its last change. So
each listener can be told what it has not heard yet (`views`), however slowly it reads.
"""

from __future__ import annotations

import hmac
import random
import secrets
from collections import Counter
from typing import Any, Literal

from vae.classroom.allowance import Allowance, Clock
from vae.classroom.members import Listener, Member, left, removed
from vae.classroom.messages import (
    Answer,
    Ask,
    Clear,
    Close,
    End,
    Freeze,
    FromStudent,
    FromTeacher,
    Leave,
    Pace,
    Pick,
    Pin,
    Question,
    Remove,
    Reveal,
    ShowPins,
)
from vae.classroom.names import new_name
from vae.classroom.summary import summary
from vae.serving.connection import TRY_LATER, Refusal

MOST_MEMBERS = 500
MOST_QUESTIONS = 60  # whose answers are kept; beyond, the oldest question is forgotten
MOST_REMOVED = 1000  # tokens that stay shut out
RATE, BURST = 5.0, 20  # frames of a student: a second, and at once
KEPT = 1800.0  # seconds that somebody who is away keeps a place that a newcomer could have
ENDED_BY_TEACHER = "The teacher has ended this room."


class Room:
    """The state of a room, changed by what students and the teacher say."""

    def __init__(self, code: str, clock: Clock, rng: random.Random) -> None:
        self.code = code
        self.secret = secrets.token_urlsafe(16)
        self.opened = clock()
        self.ended = ""  # why
        self.members: dict[str, Member] = {}  # by name
        self.desk: set[Listener] = set()  # the teacher's connections
        self.questions: dict[str, Question] = {}  # by step
        self.asked_at: dict[str, int] = {}  # the version of each question
        self.settings: dict[str, Any] = {
            "frozen": False,
            "shown": False,  # everybody's pins to students
            "address": None,
            "step": None,
            "asked": None,
            "revealed": {},
            "picked": None,
        }
        self.version = 1
        self.said: dict[int, list[str]] = {}  # to all students at this version, by what they had heard before
        self.set_at = dict.fromkeys(self.settings, 1)
        self.lost_at = 1  # when a member or a question's answers were last taken away
        self.counted_at = 1  # when somebody last came or went
        self.empty_since: float | None = self.opened
        self.was_entered = False
        self._addresses: Counter[str] = Counter()  # of those who are here
        self._by_token: dict[str, Member] = {}
        self._removed: dict[str, None] = {}  # tokens, the oldest first
        self._clock, self._rng = clock, rng

    @property
    def count(self) -> int:
        """Students who are here."""
        return sum(member.seat is not None for member in self.members.values())

    # -- coming and going ------------------------------------------------------------------------------------

    def is_teacher(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(errors="replace"), self.secret.encode())

    def knows(self, address: str, key: str | None) -> bool:
        """Whether somebody of this address is here, or the key is a member's token or the secret."""
        return (
            address in self._addresses or key in self._by_token or (key is not None and self.is_teacher(key))
        )

    def join(self, token: str | None) -> Member:
        """The member with this token, or a new one. Raises Parting, or Refusal where the room is full."""
        if token in self._removed:
            raise removed()
        member = self._by_token.get(token or "")
        return member or self._new_member()

    def check(self, member: Member) -> None:
        """Raises Parting if the teacher has removed this student, Refusal if the student has left."""
        if self.members.get(member.name) is not member:
            raise removed() if member.token in self._removed else left()

    def enter(self, listener: Listener, address: str, member: Member | None = None) -> None:
        """A connection of a member, in place of an earlier one, or of the teacher (None); until `leave`."""
        self._addresses[address] += 1
        self.empty_since, self.was_entered = None, True
        if member is None:
            self.desk.add(listener)
            return
        before, member.seat = member.seat, listener
        if before is None:
            self._came_or_went(member)
        else:
            before.hear("now")

    def leave(self, listener: Listener, address: str, member: Member | None = None) -> None:
        """The connection is no more."""
        self._addresses -= Counter([address])
        if not self._addresses:
            self.empty_since = self._clock()
        self.desk.discard(listener)
        if member is not None and member.seat is listener:
            member.seat = None
            if member.name in self.members:
                self._came_or_went(member)

    def end(self, why: str) -> None:
        """For everybody, for good."""
        self.ended = self.ended or why
        self._changed("now")

    def _came_or_went(self, member: Member) -> None:
        member.since = self._clock()
        member.here_at = self.counted_at = self._changed("soon")

    def _new_member(self) -> Member:
        if len(self.members) >= MOST_MEMBERS:
            self._forget(self._dispensable())
        name = new_name(self.members, self._rng)
        allowance = Allowance(RATE, BURST, self._clock)
        member = Member(name, secrets.token_urlsafe(12), allowance, self._clock())
        self.members[name] = self._by_token[member.token] = member
        member.here_at = self._changed()
        return member

    def _dispensable(self) -> Member:
        """Who has been away longest, of those who gave nothing yet or are away for long."""
        long_ago = self._clock() - KEPT
        away = [member for member in self.members.values() if member.seat is None]
        free = [member for member in away if member.is_silent or member.since < long_ago]
        if not free:
            raise Refusal(TRY_LATER, f"This room is full: it has {MOST_MEMBERS} places.")
        return min(free, key=lambda member: (not member.is_silent, member.since))

    def _forget(self, member: Member) -> None:
        del self.members[member.name], self._by_token[member.token]
        if self._is_picked(member):
            self._set("picked", None)
        self.lost_at = self.counted_at = self._changed("now" if self.settings["shown"] else "soon")
        if member.seat is not None:
            member.seat.hear("now")

    # -- what a student says ---------------------------------------------------------------------------------

    def hear(self, member: Member, said: FromStudent) -> None:
        """Raises Refusal for an answer that is none to the question that is on."""
        if self.members.get(member.name) is not member:
            return  # the connection of one who was removed a moment ago
        match said:
            case Pin():
                self._pin(member, said)
            case Answer():
                self._answer(member, said)
            case Leave():
                self._forget(member)

    def _pin(self, member: Member, pin: Pin | None) -> None:
        if pin == member.pin or (pin is not None and self.settings["frozen"]):
            return
        member.pin, member.pinned = pin, self._clock() - self.opened
        member.pin_at = self._changed("soon" if self.settings["shown"] else "no")
        if self._is_picked(member):
            self._set("picked", _named(member))
        _tell_alone(member)

    def _is_picked(self, member: Member) -> bool:
        return bool(self.settings["picked"]) and self.settings["picked"]["name"] == member.name

    def _answer(self, member: Member, answer: Answer) -> None:
        """The first answer to the question that is on counts; one to another question comes too late."""
        question = self.settings["asked"]
        if question is None or question["step"] != answer.step or answer.step in member.answers:
            return
        member.answers[answer.step] = self.questions[answer.step].accept(answer.value)
        member.answered_at[answer.step] = self._changed()
        _tell_alone(member)

    # -- what the teacher says -------------------------------------------------------------------------------

    def obey(self, said: FromTeacher) -> None:
        """What names nobody and nothing that is here changes nothing."""
        match said:
            case Freeze():
                self._set("frozen", said.on)
            case Clear():
                for member in self.members.values():
                    self._pin(member, None)
            case ShowPins():
                self._set("shown", said.on)
            case Reveal():
                self._reveal(said)
            case Pick():
                picked = self.members.get(said.name or "")
                self._set("picked", picked and _named(picked))
            case Pace():
                self._set("address", said.address)
                self._set("step", said.step)
            case Ask():
                self._ask(said.question)
            case Close():
                self._set("asked", None)
            case Remove():
                self._remove(said.name)
            case End():
                self.end(ENDED_BY_TEACHER)

    def _ask(self, question: Question) -> None:
        """The same question again goes on where it was; another one at its step begins anew."""
        if self.questions.get(question.step) != question:
            if question.step in self.questions:
                self._drop_question(question.step)
            elif len(self.questions) >= MOST_QUESTIONS:
                self._drop_question(next(iter(self.questions)))
            self.questions[question.step] = question
            self.asked_at[question.step] = self._changed()
        self._set("asked", question.told())

    def _drop_question(self, step: str) -> None:
        del self.questions[step], self.asked_at[step]
        for member in self.members.values():
            if member.answers.pop(step, None) is not None:
                del member.answered_at[step]
                _tell_alone(member)
        self._reveal(Reveal(step, False))
        self.lost_at = self._changed()

    def _reveal(self, said: Reveal) -> None:
        """A step's answers, as they are now, summed up; its question is closed. Or they are hidden again."""
        revealed = dict(self.settings["revealed"])
        revealed.pop(said.step, None)
        if said.on and said.step in self.questions:
            answers = [
                member.answers[said.step] for member in self.members.values() if said.step in member.answers
            ]
            revealed[said.step] = summary(self.questions[said.step], answers)
            if (self.settings["asked"] or {}).get("step") == said.step:
                self._set("asked", None)
        self._set("revealed", revealed)

    def _remove(self, name: str) -> None:
        member = self.members.get(name)
        if member is None:
            return
        self._removed[member.token] = None
        if len(self._removed) > MOST_REMOVED:
            del self._removed[next(iter(self._removed))]
        self._forget(member)

    # -- telling ---------------------------------------------------------------------------------------------

    def _set(self, name: str, value: Any) -> None:
        if self.settings[name] != value:
            self.settings[name] = value
            self.set_at[name] = self._changed("now")

    def _changed(self, students: Literal["no", "soon", "now"] = "no") -> int:
        """Count a change and wake who is to hear of it; its number."""
        self.version += 1
        self.said.clear()
        for listener in self.desk:
            listener.hear("now")
        if students != "no":
            for member in self.members.values():
                if member.seat is not None:
                    member.seat.hear(students)
        return self.version


def _tell_alone(member: Member) -> None:
    if member.seat is not None:
        member.seat.hear("yours")


def _named(member: Member) -> dict[str, Any] | None:
    """A pin with its student's name."""
    return member.pin and {"name": member.name, **member.pin._asdict()}
