"""What a lesson's file may say: every mistake is named with the line where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from vae.lessons.lesson import (
    FORMULA,
    HIDDEN,
    PAGES,
    Ask,
    Choice,
    Circle,
    Hidden,
    Lesson,
    Order,
    Page,
    Point,
    Step,
)
from vae.lessons.lines import Path, line

MOST_STEPS = 60
MOST_MINUTES = 600
OPTIONS = (2, 6)  # of a choice, items of an order
MOST_SOURCES = 6
LONGEST = {  # characters
    "title": 80,
    "language": 8,
    "id": 40,
    "concept": 60,
    "page": 20,
    "address": 3000,  # a drawing stands in it, pixel by pixel
    "do": 200,
    "question": 200,
    "options": 80,
    "items": 80,
    "answer": 80,
    "model": 60,
    "where": 40,
    "reveal": 500,
    "formula": 300,
    "sources": 200,
    "hide": 20,
}
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
MARKUP = re.compile(r"<[A-Za-z/!]")
# KaTeX commands that reach beyond the formula: addresses, HTML, pictures, definitions of others
REACHING = re.compile(r"\\(?:href|url|html\w*|includegraphics|[gex]?def|let|(?:re|provide)?newcommand)\b")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # steers what is around it
KINDS = {"choice": ("options", "answer"), "point": ("model", "where"), "order": ("items",)}


class LessonError(ValueError):
    """A lesson's file cannot be used; the message is one sentence that names the file and the line."""


class Table:
    """A table of the file. What is taken from it is checked; `close` names what nobody has asked for."""

    def __init__(self, file: str, lines: Mapping[Path, int], values: object, path: Path = ()) -> None:
        self._file, self._lines, self._path = file, lines, path
        if not isinstance(values, dict):
            self.refuse(f"{_named(path)} must be a table")
        self._values: dict[str, Any] = values
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def refuse(self, what: str, *keys: str | int) -> NoReturn:
        """Raise LessonError for one of its keys, or for all of it."""
        raise LessonError(f"{self._file}, line {line(self._lines, (*self._path, *keys))}: {what}.")

    def value(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            self.refuse(f"{key} is missing")
        return self._values[key]

    def table(self, key: str) -> Table:
        return Table(self._file, self._lines, self.value(key), (*self._path, key))

    def tables(self, key: str, most: int) -> list[Table]:
        """One or more tables, each under its own [[header]]."""
        values = self.value(key)
        if not isinstance(values, list) or not values:
            self.refuse(f"{key} must be one table or more, each below [[{key}]]", key)
        if len(values) > most:
            self.refuse(f"there are {len(values)} of {key}, and {most} are allowed", key, most)
        return [
            Table(self._file, self._lines, value, (*self._path, key, k)) for k, value in enumerate(values)
        ]

    def text(self, key: str, *, formulas: bool = False, usual: str | None = None) -> str:
        """A text that is not empty, or `usual` where there is none; with formulas only where they may be."""
        if usual is not None and key not in self:
            return usual
        return self._checked(self.value(key), key, formulas)

    def texts(self, key: str, low: int, high: int) -> tuple[str, ...]:
        """A list of texts, no two alike; empty where there is none and `low` is 0."""
        if not low and key not in self:
            return ()
        values = self.value(key)
        if not isinstance(values, list) or not low <= len(values) <= high:
            self.refuse(f"{key} must be a list of {low} to {high} texts", key)
        found = tuple(self._checked(value, key, False) for value in values)
        if len(set(found)) < len(found):
            self.refuse(f"{key} has the same text twice", key)
        return found

    def number(self, key: str, low: float, high: float) -> float:
        value = self.value(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(f"{key} must be a number from {low:g} to {high:g}", key)
        return float(value)

    def one_of(self, key: str, options: Sequence[str]) -> str:
        found = self.text(key)
        if found not in options:
            self.refuse(f"{key} is {found!r}, and must be one of {', '.join(options)}", key)
        return found

    def pattern(self, key: str, pattern: re.Pattern[str], such_as: str) -> str:
        found = self.text(key)
        if not pattern.fullmatch(found):
            self.refuse(f"{key} must look like {such_as}", key)
        return found

    def close(self) -> None:
        for key in self._values:
            if key not in self._asked:
                self.refuse(f"{_cut(key)} is not known here", key)

    def _checked(self, value: object, key: str, formulas: bool) -> str:
        if not isinstance(value, str):
            self.refuse(f"{key} must be a text in quotation marks", key)
        found = value.strip()
        if not found:
            self.refuse(f"{key} is empty", key)
        if len(found) > LONGEST[key]:
            self.refuse(f"{key} has {len(found)} characters, and {LONGEST[key]} are allowed", key)
        if UNSEEN.search(found):
            self.refuse(f"{key} has a line break or another unseen character", key)
        if MARKUP.search(found):
            self.refuse(f"{key} has HTML, and texts are plain", key)
        if "$" in (FORMULA.sub("", found) if formulas else found):
            self.refuse(f"{key} has a dollar sign, which is for formulas in reveal, in pairs", key)
        if REACHING.search(found):
            self.refuse(f"{key} has a command that formulas may not use", key)
        return found


def _named(path: Path) -> str:
    return str(next((key for key in reversed(path) if isinstance(key, str)), "the file"))


def _cut(key: str) -> str:
    return repr(key if len(key) <= 20 else key[:20] + "…")


def lesson_of(file: str, name: str, values: object, lines: Mapping[Path, int]) -> Lesson:
    """The lesson that a file says. Raises LessonError."""
    table = Table(file, lines, values)
    title, language = table.text("title"), table.pattern("language", LANGUAGE, "en or de")
    minutes = table.number("minutes", 1, MOST_MINUTES)
    tables = table.tables("step", MOST_STEPS)
    table.close()
    steps: dict[str, Step] = {}
    for one in tables:
        step = step_of(one)
        if step.id in steps:
            one.refuse(f"another step is called {step.id!r}, too", "id")
        steps[step.id] = step
    return Lesson(name, title, language, minutes, tuple(steps.values()))


def step_of(table: Table) -> Step:
    ask = ask_of(table.table("ask")) if "ask" in table else None
    page: Page = table.one_of("page", PAGES)  # type: ignore[assignment]
    step = Step(
        id=table.pattern("id", ID, "the-first-step"),
        concept=table.text("concept"),
        page=page,
        address=address_of(table),
        do=table.text("do"),
        ask=ask,
        reveal=table.text("reveal", formulas=True),
        formula=table.text("formula", usual=""),
        sources=table.texts("sources", 0, MOST_SOURCES),
        hide=hidden_of(table),
        minutes=table.number("minutes", 0.1, MOST_MINUTES),
    )
    table.close()
    return step


def address_of(table: Table) -> Mapping[str, str]:
    """What follows the question mark in a browser's address, taken apart; none where nothing is said."""
    written = table.text("address", usual="").removeprefix("?")
    try:
        found = parse_qsl(written, keep_blank_values=True, strict_parsing=bool(written), max_num_fields=40)
    except ValueError:
        table.refuse("address must be what follows the ? in the browser, such as beta=4&z1=0.5", "address")
    if len(dict(found)) < len(found):
        table.refuse("address has the same parameter twice", "address")
    if any("/" in name or ":" in name for name, _ in found):
        table.refuse("address must be only what follows the ? in the browser", "address")
    return dict(found)


def hidden_of(table: Table) -> tuple[Hidden, ...]:
    found = table.texts("hide", 0, len(HIDDEN))
    for name in found:
        if name not in HIDDEN:
            table.refuse(f"hide has {name!r}, and can have {', '.join(HIDDEN)}", "hide")
    return found  # type: ignore[return-value]


def ask_of(table: Table) -> Ask:
    """A question; what it has beside its text tells of which kind it is."""
    question = table.text("question")
    kind = next((kind for kind, keys in KINDS.items() if any(key in table for key in keys)), None)
    ask: Ask
    if kind == "choice":
        options, answer = table.texts("options", *OPTIONS), table.text("answer")
        if answer not in options:
            table.refuse("answer must be one of the options, word by word", "answer")
        ask = Choice(question, options, options.index(answer))
    elif kind == "point":
        ask = Point(question, table.text("model"), where_of(table))
    elif kind == "order":
        ask = Order(question, table.texts("items", *OPTIONS))
    else:
        table.refuse("ask needs options and answer, or model and where, or items")
    table.close()
    return ask


def where_of(table: Table) -> Circle | str:
    """A circle, { z1 = 0.5, z2 = -1.2, radius = 0.3 }, or the name of a class."""
    if isinstance(table.value("where"), str):
        return table.text("where")
    circle = table.table("where")
    found = Circle(
        circle.number("z1", -1000, 1000),
        circle.number("z2", -1000, 1000),
        circle.number("radius", 0.01, 1000),
    )
    circle.close()
    return found
