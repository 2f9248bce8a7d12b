"""Widgets of a page by their name: their key goes on when Python has changed them (frame/mirrors)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def named(elements: Iterable[Any], name: str) -> Any:
    """The widget among elements of one kind, as `named(app.text_input, "latent_map_z1")`."""
    return next(element for element in elements if (element.key or "").partition(".")[0] == name)
