"""QR codes: the right modules, told apart; texts of a stranger's within bounds."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
import segno
from numpy.typing import NDArray

from tests.serving import Server
from vae.serving import qr

QUIET = 4  # modules on every side, by ISO/IEC 18004


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(qr.routes()).running() as running:
        yield running


def modules(svg: str) -> NDArray[np.bool_]:
    """The dark modules of an SVG of segno's: its path moves and draws horizontal lines, a module thick."""
    side = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    dark = np.zeros((side, side), bool)
    path = re.findall(r'<path [^>]*class="qrline"[^>]* d="([^"]+)"|d="(M[^"]*\.5h[^"]+)"', svg)
    steps = re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", next(filter(None, path[-1])))
    x = y = 0.0
    for kind, first, second in steps:
        if kind == "h":
            dark[int(y), int(x) : int(x + float(first))] = True
            x += float(first)
        elif kind == "m":
            x, y = x + float(first), y + float(second)
        else:
            x, y = float(first), float(second)
    return dark


def get(server: Server, text: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(f"http://{server.host}/qr?text={quote(text)}") as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.mark.parametrize("text", ["http://127.0.0.1:8501/?lesson=short.en&step=plane", "x" * 1000, "Übung"])
def test_the_modules_are_those_of_the_code(server: Server, text: str) -> None:
    status, kind, svg = get(server, text)
    assert (status, kind) == (200, "image/svg+xml")
    wanted = np.array(
        [list(row) for row in segno.make(text, error="l", micro=False, boost_error=False).matrix], bool
    )
    found = modules(svg)
    assert (found[QUIET:-QUIET, QUIET:-QUIET] == wanted).all()
    assert found.sum() == wanted.sum()


@pytest.mark.parametrize("text", ["", "x" * 1001, "\N{MUSICAL SYMBOL G CLEF}" * 1000])
def test_what_is_no_such_text_is_refused(server: Server, text: str) -> None:
    status, kind, sentence = get(server, text)
    assert status == 400
    assert kind.startswith("text/plain")
    assert "1 to 1,000 characters" in sentence


def test_a_text_is_never_markup(server: Server) -> None:
    assert "script" not in get(server, "</svg><script>alert(1)</script>")[2]
