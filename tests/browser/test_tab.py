"""The tab that tests share keeps nothing of one for the next."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import App, emptied, watched

LEAVE = "document.cookie = 'left=1'; localStorage.left = sessionStorage.left = 1"
FOUND = """() => [window.left, document.cookie, localStorage.length, sessionStorage.length, innerWidth,
    matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("(forced-colors: active)").matches]"""


def test_what_is_asked_of_the_tab_ends_with_the_test(kept_tab: Page, app: App) -> None:
    asked: list[object] = []
    address = f"{app.url}/healthz"
    with emptied(kept_tab) as tab:
        tab.on("request", lambda request: asked.append(request))
        tab.add_init_script("window.left = 1")
        tab.route("**/healthz", lambda route: route.fulfill(body="left"))
        tab.emulate_media(color_scheme="dark", forced_colors="active")
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.goto(address)
        tab.evaluate(LEAVE)
        assert tab.evaluate(FOUND) == [1, "left=1", 1, 1, 390, True, True]
        assert asked
    asked.clear()
    with emptied(kept_tab) as tab:
        tab.goto(address)
        assert tab.evaluate(FOUND) == [None, "", 0, 0, 1280, False, False]
        assert "vae" in tab.inner_text("body")
    assert asked == []


WAYS = {
    "fetch": "address => fetch(address, { mode: 'no-cors' }).catch(() => null)",
    "image": """address => new Promise((done) =>
        Object.assign(new Image(), { onload: done, onerror: done, src: address })).then(() => null)""",
    "socket": """address => new Promise((done) => {
        new WebSocket(address.replace("http", "ws")).onclose = () => done(null);
    })""",
}


@pytest.mark.parametrize("host", ["example.com", "192.0.2.1"])
@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_asks_another_machine_is_found_out(tab: Page, way: str, host: str) -> None:
    """Also where none of our security policies forbids it."""
    with (
        pytest.raises(AssertionError, match="ERR_NAME_NOT_RESOLVED"),
        watched(tab),
        tab.expect_console_message(),
    ):
        tab.evaluate(WAYS[way], f"http://{host}/picture.png")
