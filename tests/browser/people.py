"""A teacher and students in a room, each with a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, emptied, watched
from tests.browser.reading import box_of, plane, z_of


class Class:
    """People with browsers of their own."""

    def __init__(self, tabs: Iterator[Page], app: App, stack: ExitStack) -> None:
        self.tabs, self.app, self.stack = tabs, app, stack
        self.code = ""
        self.teacher = self.arriving()

    def arriving(self, width: int = 1280, height: int = 720) -> Page:
        tab = self.stack.enter_context(emptied(next(self.tabs)))
        page = self.stack.enter_context(watched(tab))
        page.set_viewport_size({"width": width, "height": height})
        return page

    def open(self) -> None:
        self.teacher.goto(f"{self.app.url}/classroom")
        self.teacher.get_by_role("button", name="Open a room").click()
        self.code = self.teacher.get_by_test_id("room-code").inner_text()
        expect(plane(self.teacher)).to_have_attribute("aria-busy", "false")

    def join(self, page: Page, path: str = "") -> str:
        """Two clicks at most from the link; returns the name that the student got."""
        page.goto(f"{self.app.url}/{path}?room={self.code}")
        page.get_by_role("button", name="Join", exact=True).click()
        return name_of(page)

    def ask(self, question: str, kind: str, *options: str) -> None:
        form = self.teacher.locator("details:has(.room-own)")
        form.evaluate("details => (details.open = true)")
        form.get_by_label("Your question").fill(question)
        form.get_by_label("Answer").select_option(kind)
        if options:
            form.get_by_label("Options, one a line").fill("\n".join(options))
        form.get_by_role("button", name="Ask this").click()

    def press(self, name: str) -> None:
        self.teacher.get_by_role("button", name=name, exact=True).click()

    def press_surely(self, name: str, again: str) -> None:
        self.press(name)
        self.press(again)


def name_of(page: Page) -> str:
    name = page.locator(".room-name").first
    expect(name).to_have_text(re.compile("You are [A-Z]"))
    return name.inner_text().removeprefix("You are ")


def pin(page: Page, across: float, down: float) -> tuple[float, float]:
    """Click on the map; returns where the mark then is."""
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    plane(page).scroll_into_view_if_needed()
    mark = page.locator(".mark-pin")
    before = mark.get_attribute("transform")
    box = box_of(plane(page))
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
    expect(mark).not_to_have_attribute("transform", str(before))
    return z_of(mark)


def pins(page: Page) -> list[str]:
    """Whose pins a map shows."""
    names: list[str] = page.locator(".others-pin").evaluate_all("pins => pins.map((pin) => pin.dataset.name)")
    return sorted(names)


def gallery(page: Page) -> NDArray[np.uint8]:
    """What the gallery shows, (n, 784), once all of it is drawn."""
    read = """() => [...document.querySelectorAll(".room-gallery canvas")].map((canvas) =>
        [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data])"""
    page.wait_for_function(f"({read})().flat().every((value, i) => i % 4 !== 3 || value === 255)")
    return np.array(page.evaluate(read), dtype=np.uint8)[:, ::4]


@contextmanager
def held(tabs: Iterator[Page], app: App) -> Iterator[Class]:
    """A class whose teacher has opened a room; each takes one of the tabs, which share nothing."""
    with ExitStack() as stack:
        lesson = Class(tabs, app, stack)
        lesson.open()
        yield lesson
