"""On a slow link a browser tells what is old by then: nothing that Python has changed is undone by it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import PATIENCE
from tests.browser.reading import box_of, plane
from vae.bench.server import App

ADDRESS = "page_info_changed"  # Streamlit's word for what Python has written into the address


class SlowLink:
    """What the server tells is held back on demand; what the browser tells goes at once, and is counted."""

    def __init__(self, page: Page) -> None:
        self.told = 0
        self._page = page
        self._held: list[tuple[WebSocketRoute, bytes]] | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def hear(message: bytes | str) -> None:
            self.told += 1
            server.send(message)

        browser.on_message(hear)
        server.on_message(lambda message: self._tell(browser, message))

    def _tell(self, browser: WebSocketRoute, message: bytes | str) -> None:
        if self._held is None:
            browser.send(message)
        else:
            self._held.append((browser, message))

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for browser, message in held:
            browser.send(message)

    def wait_until_told(self, count: int) -> None:
        """Returns when the browser has told the server something `count` times in all."""
        self._wait(lambda: self.told >= count, f"told less than {count} times")

    def wait_until_addressed(self) -> None:
        """Returns when an address that Python has written is held back."""
        self._wait(
            lambda: any(ForwardMsg.FromString(m).WhichOneof("type") == ADDRESS for _, m in self._held or []),
            "no address was written",
        )

    def _wait(self, is_so: Callable[[], bool], else_: str) -> None:
        deadline = time.monotonic() + PATIENCE / 1000
        while not is_so():
            assert time.monotonic() < deadline, else_
            self._page.evaluate("new Promise(requestAnimationFrame)")


def test_a_button_is_not_undone_by_a_slider_that_comes_to_rest(page: Page, app: App) -> None:
    link = SlowLink(page)
    page.goto(f"{app.url}/continuity")
    page.get_by_role("button", name="More").click()
    page.get_by_role("radio", name="One axis").click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("mode=axes"))
    slider = page.get_by_test_id("z1-slider")
    slider.focus()
    link.hold()
    before = link.told
    slider.press("Shift+ArrowRight")  # told when it has rested for a moment
    page.get_by_role("button", name="Back to the path").click()
    link.wait_until_told(before + 2)
    link.release()
    expect(page.get_by_test_id("path-slider")).to_be_visible()
    expect(page).not_to_have_url(re.compile("mode=axes"))


def test_the_second_of_two_quick_pins_stays(page: Page, app: App) -> None:
    link = SlowLink(page)
    page.goto(f"{app.url}/?z1=0.5&z2=0.5")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    field = page.get_by_role("textbox", name="z1", exact=True)
    expect(field).to_have_value("0.5")
    field.fill("1.5")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"z1=1\.5\b"))
    box = plane(page).bounding_box()
    assert box is not None
    link.hold()
    before = link.told
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    field.focus()  # the hand leaves the map
    link.wait_until_told(before + 1)
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"])
    field.focus()
    link.wait_until_told(before + 2)
    pin = page.locator(".mark-pin")
    z1 = pin.get_attribute("data-z1")
    link.release()
    expect(page).to_have_url(re.compile(rf"z1={z1}\b"))
    expect(pin).to_have_attribute("data-z1", z1 or "")
    expect(field).to_have_value(z1 or "")


def test_an_answer_that_comes_late_leaves_nothing_in_the_next_pages_address(page: Page, app: App) -> None:
    link = SlowLink(page)
    page.goto(f"{app.url}/continuity")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    link.hold()
    box = box_of(plane(page))
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])  # moves A
    link.wait_until_addressed()
    before = link.told
    page.get_by_role("navigation", name="Pages").get_by_text("Latent map").click()
    link.wait_until_told(before + 1)
    link.release()
    expect(page).to_have_title("Latent map – Latent Atlas")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page).to_have_url(f"{app.url}/")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/continuity\?a1="))
