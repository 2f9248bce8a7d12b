"""What is typed into a field for numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.numbers import refusal, shown_number, typed_number
from pages.components.frame.views import rounded

LIMIT = 1000.0


@given(st.floats(-LIMIT, LIMIT))
def test_what_a_field_shows_is_read_as_the_same_number(value: float) -> None:
    kept = rounded(value, -LIMIT, LIMIT)
    assert kept is not None
    assert typed_number(shown_number(kept), -LIMIT, LIMIT) == kept
    assert typed_number(shown_number(kept).replace(".", ","), -LIMIT, LIMIT) == kept
    assert typed_number(f" {shown_number(kept).replace('-', '−')} ", -LIMIT, LIMIT) == kept


@given(st.text(max_size=24))
def test_nothing_typed_breaks_it(text: str) -> None:
    value = typed_number(text, 0.5, 6)
    assert value is None or 0.5 <= value <= 6


@pytest.mark.parametrize(
    "text", ["", "  ", "-", ",", "1,000.5", "1.000,5", "1,2,3", "nan", "inf", "-1e400", "0x10", "2 5", "6.1"]
)
def test_these_are_no_numbers_here(text: str) -> None:
    assert typed_number(text, 0, 6) is None


@pytest.mark.parametrize(
    ("text", "value"), [("2,5", 2.5), (".5", 0.5), ("5.", 5.0), ("+3", 3.0), ("1e0", 1.0), ("-0", 0.0)]
)
def test_these_are(text: str, value: float) -> None:
    assert typed_number(text, 0, 6) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (-1.5, "-1.5"), (1000.0, "1000"), (0.0001, "0.0001"), (123.4567, "123.4567")],
)
def test_a_field_shows_no_more_than_is_kept(value: float, shown: str) -> None:
    assert shown_number(value) == shown


def test_a_refusal_says_what_stays() -> None:
    said = refusal("A, z2", " 2;5 ", -0.25, (-LIMIT, LIMIT))
    assert said == "“2;5” is not a number from −1000 to 1000: A, z2 stays −0.25."
