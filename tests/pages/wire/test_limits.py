"""Numbers that stand in Python and once more in JavaScript are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vae.config import PIXELS, SIDE
from vae.plane import limits

COMPONENTS = Path(__file__).parents[3] / "pages" / "components"


@pytest.mark.parametrize(
    ("script", "name", "value"),
    [
        ("wire/limits.js", "LIMIT", limits.LIMIT),
        ("wire/limits.js", "MAX_POINTS", limits.MAX_POINTS),
        ("wire/limits.js", "DECIMALS", limits.DECIMALS),
        ("wire/limits.js", "NEIGHBOURS", limits.NEIGHBOURS),
        ("wire/decode_channel.js", "PIXELS", PIXELS),
        ("parts/digit_canvas.js", "SIDE", SIDE),
    ],
)
def test_javascript_has_the_number_of_python(script: str, name: str, value: float) -> None:
    text = (COMPONENTS / script).read_text(encoding="utf-8")
    found = re.findall(rf"^(?:export )?const {name} = ([\d.]+);", text, re.M)
    assert [float(number) for number in found] == [value]
