"""Where the keys of a lesson's file stand, so that whoever wrote it finds what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]  # of keys and positions in lists: ("step", 2, "ask", "question")

HEADER = re.compile(r"\s*\[(\[?)\s*([\w.\-\s]+?)\s*\]?\]\s*(?:#.*)?$")
KEY = re.compile(r"\s*([\w\-]+(?:\s*\.\s*[\w\-]+)*)\s*=")
FENCE = re.compile(r'"""|\'\'\'')


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, counted from 1, of every header and key of a TOML text in the usual spelling.

    A key in an unusual one (in quotation marks, or inside braces) is left out: `line` takes what holds it.
    """
    found: dict[Path, int] = {}
    counts: dict[str, int] = {}  # of the headers of each list
    table: Path = ()
    for number, line in _outside(text):
        if header := HEADER.match(line):
            table = _place(_keys(header[2]), counts, is_list=bool(header[1]))
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault(table + _keys(key[1]), number)
    return found


def line(found: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it; 1 if none is known."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The lines that do not begin inside a text of several lines, numbered from 1."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not fence:
            yield number, line
        for mark in FENCE.findall(line):
            if fence in ("", mark):
                fence = "" if fence else mark


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in dotted.split("."))


def _place(keys: tuple[str, ...], counts: dict[str, int], *, is_list: bool) -> Path:
    """Which table a header opens; the first of its keys may be a list, whose newest entry is meant."""
    first = keys[0]
    if is_list and len(keys) == 1:
        counts[first] = counts.get(first, -1) + 1
    return (first, counts[first], *keys[1:]) if first in counts else keys
