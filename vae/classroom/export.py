"""A room as a table (CSV): what each student pinned and answered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from vae.classroom.members import Member
from vae.classroom.messages import Question, Value
from vae.classroom.room import Room

FORMULA = tuple("=+-@＝＋－＠")  # a cell of text that begins so, spaces aside, is computed by spreadsheets


def table(room: Room) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it as such.

    A line a student: name, whether connected, the pin (model, z1, z2, seconds after the room was opened).
    Then, of every question, the chosen option, the point in two columns, or the options in the student's
    order. What is not there is empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(cell, _header(room)))
    for member in room.members.values():
        writer.writerow(map(cell, _line(room, member)))
    return text.getvalue().encode("utf-8-sig")


def cell(value: str | float | None) -> str:
    """A number as it is, text so that no spreadsheet computes it."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return f"'{value}" if value.lstrip().startswith(FORMULA) else value


def _header(room: Room) -> Iterator[str]:
    yield from ("name", "here", "model", "z1", "z2", "seconds")
    for question in room.questions.values():
        if question.kind == "point":
            yield from (f"{question.step} z1", f"{question.step} z2")
        else:
            yield question.step


def _line(room: Room, member: Member) -> Iterator[str | float | None]:
    yield from (member.name, "no" if member.seat is None else "yes")
    yield from (None, None, None, None) if member.pin is None else (*member.pin, round(member.pinned, 1))
    for question in room.questions.values():
        yield from _answered(question, member.answers.get(question.step))


def _answered(question: Question, value: Value | None) -> Iterator[str | float | None]:
    if question.kind == "point":
        yield from (None, None) if value is None else value  # type: ignore[misc]
    elif value is None:
        yield None
    elif isinstance(value, int):
        yield question.options[value]
    else:
        yield ", ".join(f"{place}. {question.options[int(item)]}" for place, item in enumerate(value, 1))
