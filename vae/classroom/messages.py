"""What may be said in a room: JSON objects with one key. `channel` has the whole protocol."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from vae.plane.limits import LIMIT, kept
from vae.serving.connection import BAD_DATA, TOO_BIG, Refusal

MAX_FRAME = 4096  # bytes that a client may send at once
MOST_OPTIONS = 12  # of a question
LONGEST = 500  # characters of a question, an option, a key
# Close codes from the range left to applications.
LEFT = 1000  # RFC 6455, section 7.4.1
FORBIDDEN, SILENT, REPLACED, ENDED, REMOVED, TOO_MUCH = 4403, 4408, 4409, 4410, 4411, 4429

IDENTIFIER = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
)  # of a step, a model, a page, a part of an address
KINDS = ("choice", "point", "order")

Value = int | tuple[float, float] | tuple[int, ...]  # an answer: an option, a point, the options in an order
Message = TypeVar("Message")


class Pin(NamedTuple):
    """Where a student points."""

    model: str
    z1: float
    z2: float


@dataclass(frozen=True)
class Question:
    """What the teacher asks; it does not know the right answer."""

    step: str
    kind: Literal["choice", "point", "order"]
    question: str
    options: tuple[str, ...] = ()  # of a choice or an order, as they are shown
    model: str = ""  # on whose plane a point is asked for

    def accept(self, value: object) -> Value:
        """An answer as it is kept. Raises Refusal for what is none to this question."""
        if self.kind == "choice" and type(value) is int and 0 <= value < len(self.options):
            return value
        if self.kind == "point" and isinstance(value, list) and len(value) == 2:
            return coordinate(value[0]), coordinate(value[1])
        if self.kind == "order" and isinstance(value, list) and all(type(item) is int for item in value):
            order = tuple(value)
            if sorted(order) == list(range(len(self.options))):
                return order
        raise Refusal(BAD_DATA, f"This is no answer to a question of the kind {self.kind!r}.")

    def told(self) -> dict[str, Any]:
        """As students hear it."""
        return asdict(self)


@dataclass(frozen=True)
class Hello:
    """A teacher's secret, a student's token, or neither from a student who is new."""

    secret: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Answer:
    step: str
    value: object  # the question says what it may be


@dataclass(frozen=True)
class Leave:
    pass


@dataclass(frozen=True)
class Freeze:
    on: bool


@dataclass(frozen=True)
class Clear:
    pass


@dataclass(frozen=True)
class ShowPins:
    on: bool


@dataclass(frozen=True)
class Reveal:
    step: str
    on: bool


@dataclass(frozen=True)
class Pick:
    name: str | None


@dataclass(frozen=True)
class Pace:
    """Where students are to be: {"page", "address"}, or None where each goes on alone; and at which step."""

    address: dict[str, Any] | None
    step: str | None


@dataclass(frozen=True)
class Ask:
    question: Question


@dataclass(frozen=True)
class Close:
    pass


@dataclass(frozen=True)
class Remove:
    name: str


@dataclass(frozen=True)
class End:
    pass


FromStudent = Pin | Answer | Leave
FromTeacher = Freeze | Clear | ShowPins | Reveal | Pick | Pace | Ask | Close | Remove | End


# -- reading -------------------------------------------------------------------------------------------------


def read(frame: str, words: Mapping[str, Callable[[Any], Message]]) -> Message:
    """A frame, by the reader of its word. Raises Refusal for whatever is none of these words."""
    if len(frame) > MAX_FRAME or len(frame.encode(errors="surrogatepass")) > MAX_FRAME:
        raise Refusal(TOO_BIG, f"A message holds at most {MAX_FRAME} bytes.")
    try:
        said = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Refusal(BAD_DATA, "A message is one JSON object.") from error
    if not isinstance(said, dict) or len(said) != 1:
        raise Refusal(BAD_DATA, "A message is one JSON object with one key.")
    [(word, content)] = said.items()
    if word not in words:
        if word in TEACHER:
            raise Refusal(FORBIDDEN, "Only the teacher of this room can do that.")
        raise Refusal(BAD_DATA, f"A message here is one of: {', '.join(words)}.")
    return words[word](content)


def fields(content: object, *names: str) -> list[Any]:
    """The values of an object that has exactly these keys."""
    if not isinstance(content, dict) or set(content) != set(names):
        keys = ", ".join(names) or "nothing"
        raise Refusal(BAD_DATA, f"This message holds exactly: {keys}.")
    return [content[name] for name in names]


def coordinate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LIMIT:
        raise Refusal(BAD_DATA, f"Coordinates are finite numbers between -{LIMIT:g} and {LIMIT:g}.")
    return kept(float(value))


def identifier(value: object) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise Refusal(BAD_DATA, "A name of a step, model or page is 1 to 64 of A-Z, a-z, 0-9, _, . and -.")
    return value


def text(value: object, most: int = LONGEST) -> str:
    """Text for people, of one line; whoever shows it shows it as text."""
    if not isinstance(value, str) or len(value) > most:
        raise Refusal(BAD_DATA, f"Text has at most {most} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise Refusal(BAD_DATA, "Text has no control characters.")
    return value


def _hello(content: object) -> Hello:
    keys = {"secret"} if isinstance(content, dict) and "secret" in content else {"token"}
    [key] = fields(content, *keys)
    if key is None and "token" in keys:
        return Hello()
    return Hello(**{keys.pop(): text(key)})


def _pin(content: object) -> Pin:
    model, z1, z2 = fields(content, "model", "z1", "z2")
    return Pin(identifier(model), coordinate(z1), coordinate(z2))


def _answer(content: object) -> Answer:
    step, value = fields(content, "step", "value")
    return Answer(identifier(step), value)


def _pick(content: object) -> Pick:
    return Pick(None if content is None else text(*fields(content, "name")))


def _remove(content: object) -> Remove:
    return Remove(text(*fields(content, "name")))


def _pace(content: object) -> Pace:
    if content is None:
        return Pace(None, None)
    page, address, step = fields(content, "page", "address", "step")
    if not isinstance(address, dict):
        raise Refusal(BAD_DATA, "An address is an object of texts.")
    parts = {identifier(part): text(value, MAX_FRAME) for part, value in address.items()}
    step = None if step is None else identifier(step)
    return Pace({"page": identifier(page), "address": parts}, step)


def _ask(content: object) -> Ask:
    kind = content.get("kind") if isinstance(content, dict) else None
    if kind not in KINDS:
        raise Refusal(BAD_DATA, f"The kind of a question is one of: {', '.join(KINDS)}.")
    step, _, question, rest = fields(
        content, "step", "kind", "question", "model" if kind == "point" else "options"
    )
    step, question = identifier(step), text(question)
    if kind == "point":
        return Ask(Question(step, kind, question, model=identifier(rest)))
    if not isinstance(rest, list) or not 2 <= len(rest) <= MOST_OPTIONS:
        raise Refusal(BAD_DATA, f"A question has 2 to {MOST_OPTIONS} options.")
    return Ask(Question(step, kind, question, tuple(text(option) for option in rest)))


def _shown_or_step(on: bool) -> Callable[[object], ShowPins | Reveal]:
    def reader(content: object) -> ShowPins | Reveal:
        if content == {"pins": True}:
            return ShowPins(on)
        return Reveal(identifier(*fields(content, "step")), on)

    return reader


def _bare(message: Message) -> Callable[[object], Message]:
    def reader(content: object) -> Message:
        fields(content)
        return message

    return reader


FIRST: Mapping[str, Callable[[object], Hello]] = {"hello": _hello}
STUDENT: Mapping[str, Callable[[object], FromStudent]] = {
    "pin": _pin,
    "answer": _answer,
    "leave": _bare(Leave()),
}
TEACHER: Mapping[str, Callable[[object], FromTeacher]] = {
    "freeze": _bare(Freeze(True)),
    "unfreeze": _bare(Freeze(False)),
    "clear": _bare(Clear()),
    "reveal": _shown_or_step(True),
    "hide": _shown_or_step(False),
    "pick": _pick,
    "pace": _pace,
    "ask": _ask,
    "close": _bare(Close()),
    "remove": _remove,
    "end": _bare(End()),
}
