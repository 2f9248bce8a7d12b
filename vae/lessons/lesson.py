"""What a lesson is: steps that open a page in a state, ask for a prediction, and only then reveal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Page = Literal["latent_map", "one_digit", "continuity", "completeness", "training"]
PAGES: tuple[Page, ...] = get_args(Page)

Hidden = Literal["model", "controls", "figures", "panel", "explain", "more"]
HIDDEN: tuple[Hidden, ...] = get_args(Hidden)

FORMULA = re.compile(r"\$([^$]+)\$")


@dataclass(frozen=True)
class Choice:
    """One of some options, told apart by their words; `answer` is the index of the right one."""

    question: str
    options: tuple[str, ...]  # 2 to 6
    answer: int


class Circle(NamedTuple):
    """Places of a plane around (z1, z2), its edge among them; the radius is above 0."""

    z1: float
    z2: float
    radius: float


@dataclass(frozen=True)
class Point:
    """A place in the plane of `model`, the name of a checkpoint that the page shows when it is asked.

    Right are the places within `where`; or, where that is the name of a class, those whose nearest codes are
    mostly of this class.
    """

    question: str
    model: str
    where: Circle | str


@dataclass(frozen=True)
class Order:
    """Some items to be put in order; `items` are in the right one."""

    question: str
    items: tuple[str, ...]  # 2 to 6


Ask = Choice | Point | Order


@dataclass(frozen=True)
class Step:
    """What is opened, what is to be done and predicted there, and what turns out.

    Texts are plain, neither HTML nor Markdown; in `reveal` alone formulas stand between dollar signs
    (`pieces` takes it apart).
    """

    id: str  # unlike that of every other step of the lesson
    concept: str  # its heading
    page: Page
    address: Mapping[str, str]  # parameters of the page's address
    do: str
    ask: Ask | None
    reveal: str
    formula: str  # KaTeX without dollar signs; may be empty
    sources: tuple[str, ...]
    hide: tuple[Hidden, ...]  # parts of the page that the step does not need
    minutes: float


@dataclass(frozen=True)
class Lesson:
    """`name` is that of its file, `language` a code such as "en", `minutes` are for all of it."""

    name: str
    title: str
    language: str
    minutes: float
    steps: tuple[Step, ...]  # 1 to 60


class Piece(NamedTuple):
    """Plain text, or a formula in KaTeX without dollar signs."""

    text: str
    is_formula: bool


def pieces(reveal: str) -> Iterator[Piece]:
    """A text with formulas between dollar signs, piece by piece; an unpaired dollar sign is plain text."""
    for number, text in enumerate(FORMULA.split(reveal)):
        if text:
            yield Piece(text, is_formula=number % 2 == 1)
