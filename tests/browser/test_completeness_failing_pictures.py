"""Pictures of the plane that cannot come, in a real browser: it complains, and rightly."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.below import drag_to, half, open_page, tiles
from tests.browser.conftest import App


def test_a_picture_that_cannot_come_says_so_and_the_old_one_stays(tab: Page, app: App) -> None:
    open_page(tab, app, "grid", beta=1)
    before = tiles(tab, "right")
    failing = re.compile(r"/manifold/beta-8")

    def busy(route: Route) -> None:
        route.fulfill(status=503, body="The server has too much to do; try again in a moment.")

    tab.route(failing, busy)
    drag_to(tab, 8)
    figure = tab.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("too much to do")
    expect(figure).to_have_attribute("aria-busy", "true")
    assert (tiles(tab, "right") == before).all()
    tab.unroute(failing)
    expect(figure).to_have_attribute("aria-busy", "false")
    expect(half(tab, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    expect(figure.get_by_role("status")).to_be_hidden()


@pytest.mark.parametrize("status", [404, 503])
def test_back_at_the_picture_that_is_shown_nothing_is_amiss(tab: Page, app: App, status: int) -> None:
    open_page(tab, app, "grid", beta=1)
    before = tiles(tab, "right")
    failing = re.compile(r"/manifold/beta-8")
    tab.route(failing, lambda route: route.fulfill(status=status, body="No picture."))
    drag_to(tab, 8)
    figure = tab.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("No picture.")
    drag_to(tab, 1)
    expect(figure.get_by_role("status")).to_be_hidden()
    expect(figure).to_have_attribute("aria-busy", "false")
    assert (tiles(tab, "right") == before).all()
    drag_to(tab, 8)  # and it is asked for again
    expect(figure.get_by_role("status")).to_contain_text("No picture.")


def test_a_picture_that_is_none_says_so_and_leaves_nothing_behind(tab: Page, app: App) -> None:
    tab.add_init_script(
        """window.alive = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => {
            const address = createObjectURL.call(URL, blob);
            if (blob.type.startsWith("image/")) alive.add(address);
            return address;
        };
        URL.revokeObjectURL = (address) => {
            alive.delete(address);
            revokeObjectURL.call(URL, address);
        };"""
    )
    open_page(tab, app, "grid", beta=1)
    assert tab.evaluate("alive.size") == 2
    broken = re.compile(r"/manifold/beta-8")
    tab.route(broken, lambda route: route.fulfill(content_type="image/png", body="no picture"))
    drag_to(tab, 8)
    figure = tab.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("cannot be shown")
    expect(tab.locator(".manifold-grid figure").nth(0)).to_have_attribute("aria-busy", "false")
    tab.unroute(broken)
    expect(half(tab, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    assert tab.evaluate("alive.size") == 2


def test_a_picture_that_is_refused_is_not_asked_for_again(tab: Page, app: App) -> None:
    open_page(tab, app, "grid", beta=1)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=404, body='There is no checkpoint "beta-8".')

    tab.route(re.compile(r"/manifold/beta-8"), refuse)
    drag_to(tab, 8)
    figure = tab.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text('There is no checkpoint "beta-8".')
    drag_to(tab, 4)
    expect(half(tab, "manifold", "right")).to_have_attribute("data-model", "beta-4")
    expect(figure.get_by_role("status")).to_be_hidden()
    assert len(asked) == 1
