"""Fields for numbers, and how numbers are read and written in them.

Streamlit's own number field turns an emptied field into its smallest number and "2,5" into 25, before Python
hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.frame.markup import unformatted
from pages.components.frame.mirrors import mirror, mirrored, settle
from pages.components.frame.views import rounded
from vae.plane.limits import DECIMALS

MINUS = "\N{MINUS SIGN}"
LONGEST = 24  # characters


def typed_number(text: str, low: float, high: float) -> float | None:
    """What somebody typed, rounded as it is kept; None if it is no number from `low` to `high`.

    A comma is a decimal sign, as in most of Europe; never one between thousands.
    """
    return rounded(text.strip().replace(MINUS, "-").replace(",", "."), low, high)


def shown_number(value: float) -> str:
    """The number as a field shows it, so that reading it gives the same number: -1.5, 2, 0.0001."""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def number_field(
    label: str,
    value: float,
    bounds: tuple[float, float],
    name: str,
    on_number: Callable[[float], None],
    place: DeltaGenerator | None = None,
    **layout: Any,
) -> None:
    """A field that shows `value` and tells `on_number` of a new one; of anything else the old one stays.

    `bounds` are the smallest and the largest number; `name` is the widget's; `layout` is as for
    `st.text_input`.
    """
    (place or st).text_input(
        label,
        key=mirror(name, shown_number(value)),
        max_chars=LONGEST,
        on_change=_read,
        args=(label, value, bounds, name, on_number),
        **layout,
    )


def _read(
    label: str, value: float, bounds: tuple[float, float], name: str, on_number: Callable[[float], None]
) -> None:
    text = mirrored(name)
    number = typed_number(text, *bounds)
    settle(name, shown_number(value if number is None else number))
    if number is not None:
        on_number(number)
    elif text.strip():
        st.toast(unformatted(refusal(label, text, value, bounds)))


def refusal(label: str, text: str, value: float, bounds: tuple[float, float]) -> str:
    """One sentence on what was typed and cannot be used."""
    low, high = (shown_number(bound).replace("-", MINUS) for bound in bounds)
    kept = shown_number(value).replace("-", MINUS)
    return f"“{text.strip()}” is not a number from {low} to {high}: {label} stays {kept}."
