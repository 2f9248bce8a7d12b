"""What axe finds wrong on a page."""

from __future__ import annotations

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What is in order is worked out, and stays in the browser: it is megabytes.
RUN = """options => axe.run({ resultTypes: ["violations"], ...options })
    .then(({ violations }) => ({ violations }))"""
RULES = {"rules": {"target-size": {"enabled": True}}}


def assert_accessible(page: Page) -> None:
    """Axe finds nothing on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    results = AxeResults(page.evaluate(RUN, RULES))
    assert results.violations_count == 0, results.generate_report()
