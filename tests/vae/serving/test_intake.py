"""What is worked on for visitors, apart from the routes that take it in (tests/channel)."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from vae.serving.intake import worked_on


class Large:
    """What a file becomes when it is opened."""


def test_what_was_worked_on_is_let_go_when_it_is_refused() -> None:
    """Without a search for garbage, which comes late: 256 MB of a refused file once stayed until then."""
    opened: list[weakref.ref[Large]] = []

    def use() -> None:
        large = Large()
        opened.append(weakref.ref(large))
        try:
            raise ValueError("It is too large.")
        except ValueError as error:
            raise LookupError("It is refused.") from error

    async def ask() -> str:
        try:
            await worked_on(use)
        except LookupError as error:
            return str(error)
        return "it was taken"

    gc.disable()
    try:
        assert asyncio.run(ask()) == "It is refused."
        assert opened[0]() is None
    finally:
        gc.enable()


def test_what_comes_of_the_work_is_handed_on() -> None:
    assert asyncio.run(worked_on(lambda: None)) is None
    assert asyncio.run(worked_on(lambda: [3])) == [3]
    with pytest.raises(KeyError):
        asyncio.run(worked_on(lambda: {}["missing"]))
