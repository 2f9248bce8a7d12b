"""What axe finds wrong on a page."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.reading import resize

# What is in order is worked out, and stays in the browser: it is megabytes.
RUN = """options => axe.run({ resultTypes: ["violations"], ...options })
    .then(({ violations }) => ({ violations }))"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")
RULES = {"rules": {"target-size": {"enabled": True}}}


def show_in(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Give a page the other theme as the system's setting does; returns when it is drawn so."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """scheme => {
            const [red, green, blue] = getComputedStyle(document.querySelector(".stApp"))
                .backgroundColor.match(/[0-9.]+/g).map(Number);
            return (red + green + blue > 384) === (scheme === "light");
        }""",
        arg=scheme,
    )
    page.evaluate(
        """Promise.all(document.getAnimations().filter((each) => each instanceof CSSTransition)
            .map(({ finished }) => finished.catch(() => null)))"""
    )


def assert_accessible_everywhere(page: Page) -> None:
    """Axe finds nothing in both themes, on a laptop and on a telephone."""
    for scheme in SCHEMES:
        show_in(page, scheme)
        for width in (1280, 390):
            resize(page, width, 800)
            assert_accessible(page)


def assert_accessible(page: Page) -> None:
    """Axe finds nothing on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    results = AxeResults(page.evaluate(RUN, RULES))
    assert results.violations_count == 0, results.generate_report()
