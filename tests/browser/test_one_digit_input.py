"""The box of the input as a whole: nothing moves in it, and fingers find its buttons."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from playwright.sync_api import Page

from tests.browser.conftest import App
from tests.browser.machine import EIGHT, choose, draw, open_machine
from tests.browser.reading import box_of, resize

HANDS: list[Callable[[Page], object]] = [
    lambda page: choose(page, "Draw"),
    lambda page: draw(page, EIGHT),
    lambda page: choose(page, "Clear"),
    lambda page: choose(page, "Rub out"),
    lambda page: page.get_by_test_id("noise").press("PageUp"),
    lambda page: choose(page, "Picture"),
]


def test_nothing_moves_and_nothing_is_cut_off_whatever_is_done(page: Page, app: App) -> None:
    open_machine(page, app)
    box = page.locator(".input-box")
    for width, deed in product((390, 768, 1024, 1280), HANDS):
        if deed is HANDS[0]:
            resize(page, width, 800)
            height = box_of(box)["height"]
        deed(page)
        assert box_of(box)["height"] == height, f"at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        inside = box.evaluate(
            "box => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]"
        )
        assert max(inside) <= 0


def test_fingers_find_every_button(phone: Page, app: App) -> None:
    open_machine(phone, app)
    for mode in ("Picture", "Draw", "Rub out"):
        choose(phone, mode)
        for button in phone.locator(".input-box button:visible").all():
            box = box_of(button)
            assert min(box["width"], box["height"]) >= 44
            assert button.get_attribute("aria-label") or button.inner_text()
