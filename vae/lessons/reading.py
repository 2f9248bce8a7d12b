"""Lessons from their files: TOML, one a lesson, which a teacher may have written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from vae.lessons.checking import LessonError, lesson_of
from vae.lessons.lesson import Lesson
from vae.lessons.lines import lines_of

LARGEST = 256 * 1024  # bytes of a file
LONGEST_LINE = 8000  # characters; a key of very many parts would keep the parser busy for a minute
MOST_LESSONS = 100  # of a folder
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_lesson(path: Path) -> Lesson:
    """The lesson of a file. Raises LessonError: one sentence that names the file and the line."""
    if not NAME.fullmatch(path.stem):
        raise LessonError(
            f"{path.name!r}, line 1: name the file with at most 40 Latin letters, digits, dots and hyphens."
        )
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LessonError(_broken(path.name, text, error)) from error
    return lesson_of(path.name, path.stem, values, lines_of(text))


def lessons_in(folder: Path) -> tuple[dict[str, Lesson], list[str]]:
    """The lessons of a folder's .toml files by name, in order, and a sentence on each file that is wrong.

    A wrong file, or a folder that is not there, takes nothing away from the others.
    """
    lessons: dict[str, Lesson] = {}
    wrong: list[str] = []
    files = sorted(path for path in folder.glob("*.toml") if path.is_file())
    for path in files[:MOST_LESSONS]:
        try:
            lessons[path.stem] = read_lesson(path)
        except LessonError as error:
            wrong.append(str(error))
    if len(files) > MOST_LESSONS:
        wrong.append(f"{folder.name} has {len(files)} lessons, and the first {MOST_LESSONS} are read.")
    return lessons, wrong


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise LessonError(f"{path.name}, line 1: cannot be read ({error.strerror}).") from error
    if len(content) > LARGEST:
        raise LessonError(f"{path.name}, line 1: the file is larger than {LARGEST // 1024} KB.")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise LessonError(f"{path.name}, line {number}: the file must be saved as UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise LessonError(
                f"{path.name}, line {number}: the line is longer than {LONGEST_LINE:,} characters."
            )
    return text


def _broken(file: str, text: str, error: Exception) -> str:
    """What is wrong with a text that is no TOML, in one sentence."""
    place = WHERE.search(str(error))
    number = int(place[1]) if place and place[1] else text.count("\n") + 1 if place else 1
    what = WHERE.sub("", str(error)).partition("\n")[0]
    if isinstance(error, RecursionError):
        what = "lists are nested too deeply"
    return f"{file}, line {number}: this is no TOML ({what[:120]})."
