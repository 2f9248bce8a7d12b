"""What a first visit trips over: a fresh page, in which nothing had the focus before."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import App
from tests.browser.reading import assert_decoded, box_of, decoder, open_map, plane, shown, visible_range, z_at

pytestmark = pytest.mark.first_visit

WIDTHS = (390, 640, 768, 1024, 1280, 1920)

# Whether an element of the overlay lies above the plot at its own middle, though it takes no pointer.
ABOVE_THE_PLOT = """element => {
    const layers = [element, ...document.querySelectorAll(".latent-map-overlay")];
    layers.forEach((layer) => layer.style.setProperty("pointer-events", "auto", "important"));
    const { x, y, width, height } = element.getBoundingClientRect();
    const stack = document.elementsFromPoint(x + width / 2, y + height / 2);
    layers.forEach((layer) => layer.style.removeProperty("pointer-events"));
    const plot = document.querySelector("[data-testid=latent-map]");
    return stack.includes(element) && stack.indexOf(element) < stack.findIndex((part) => plot.contains(part));
}"""


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_plot_with_the_focus_hides_nothing(page: Page, app: App, by: str) -> None:
    open_map(page, app.url)
    box = box_of(plane(page))
    if by == "mouse":
        page.mouse.click(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 30)
        page.keyboard.press("ArrowRight")
    else:
        plane(page).focus()
        page.keyboard.press("ArrowRight")
    expect(plane(page)).to_be_focused()
    assert plane(page).evaluate("plot => plot.matches(':focus-visible')")
    names = page.locator(".latent-map-overlay .names text")
    assert names.count() >= 10
    for name in names.all():
        assert name.evaluate(ABOVE_THE_PLOT)
    assert_ring_is_seen(page)
    zoom = box_of(page.get_by_role("button", name="Zoom in"))
    (left, right), _ = visible_range(page)
    page.mouse.click(zoom["x"] + zoom["width"] / 2, zoom["y"] + zoom["height"] / 2)
    page.wait_for_function(
        """width => {
            const [left, right] = document.querySelector("[data-testid=latent-map]").layout.xaxis.range;
            return right - left < 0.9 * width;
        }""",
        arg=right - left,
    )


def assert_ring_is_seen(page: Page) -> None:
    """The pin's ring has its own colour on the screen, at its right and at its left."""
    ring = page.locator(".latent-map-overlay .mark-pin .ring")
    box = box_of(ring)
    wanted = np.array([int(part) for part in ring_colour(ring)])
    screen = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"), dtype=int)
    y = round(box["y"] + box["height"] / 2)
    for x in (box["x"], box["x"] + box["width"]):
        around = screen[y, round(x) - 4 : round(x) + 5]
        assert (np.abs(around - wanted).max(axis=1) < 40).any(), around


def ring_colour(ring: Locator) -> list[str]:
    return re.findall(r"\d+", ring.evaluate("ring => getComputedStyle(ring).stroke"))[:3]


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_an_end_can_be_dragged_after_the_plot_had_the_focus(page: Page, app: App, by: str) -> None:
    page.goto(f"{app.url}/continuity?a1=0.5&a2=1&b1=-1&b2=-1")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    box = box_of(plane(page))
    if by == "mouse":
        page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.8 * box["height"])
    else:
        plane(page).focus()
        page.keyboard.press("ArrowRight")
    expect(plane(page)).to_be_focused()
    handle = page.get_by_test_id("end-a")
    expect(handle).to_have_attribute("data-z1", "0.5")
    there = box_of(handle)
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + there["height"] / 2)
    page.mouse.down()
    page.mouse.move(there["x"] + 60, there["y"] - 40, steps=4)
    page.mouse.up()
    expect(handle).not_to_have_attribute("data-z1", "0.5")
    expect(page).not_to_have_url(re.compile(r"a1=0\.5\b"))


@pytest.mark.parametrize(
    ("path", "last"), [("", "shares"), ("continuity", "curves"), ("completeness", "beta-slider")]
)
def test_no_page_scrolls_sideways(browser: Browser, app: App, path: str, last: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800})
    page = context.new_page()
    page.goto(f"{app.url}/{path}")
    for map_ in page.get_by_test_id("latent-map").all():
        expect(map_).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id(last)).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            "width => document.documentElement.clientWidth <= width && window.innerWidth === width", arg=width
        )
        expect(page.get_by_test_id(last)).to_be_visible()
        wider = page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll(".stMain, .stAppViewContainer")]
                .filter((part) => part.scrollWidth > part.clientWidth)
                .map((part) => [part.className, part.scrollWidth, part.clientWidth])"""
        )
        assert wider == [], f"at {width} px"
    context.close()


def test_the_first_digit_does_not_wait_for_the_map(page: Page, app: App) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/plotly-[^/]+\.js$"), lambda route: held.append(route))
    page.goto(f"{app.url}/?z1=1.5&z2=-0.5")
    digit = page.get_by_test_id("digit")
    expect(digit).to_have_attribute("data-frames", re.compile("[1-9]"))
    assert len(held) == 1
    expect(plane(page)).to_have_attribute("aria-busy", "true")
    expect(page.locator(".latent-map-notice")).to_have_text("Loading the map.")
    before = shown(page)
    assert before.z == (1.5, -0.5)
    assert_decoded(decoder("vae"), before.z, before.pixels)
    held[0].continue_()
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("live-vote")).to_have_text("Vote of codes: a 1, 50 of 50")
    assert shown(page).z == before.z
    box = box_of(page.locator(".latent-map-overlay .mark-pin .ring"))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert z_at(page, *middle) == pytest.approx(before.z, abs=0.05)


def test_a_map_that_comes_after_its_digit_waits_for_no_clock(page: Page, app: App) -> None:
    page.add_init_script(
        """window.asked = 0;
        window.addEventListener("latent-atlas:ask", () => (window.asked += 1));
        const { setTimeout } = window;
        window.setTimeout = (go, ms, ...given) => (ms >= 500 ? 0 : setTimeout(go, ms, ...given));"""
    )
    held: list[Route] = []
    page.route("**/latent_map/map.js", lambda route: held.append(route))
    page.goto(app.url)
    page.wait_for_function("window.asked >= 2")  # the digit and the panel have looked for their map
    held[0].continue_()
    expect(plane(page)).to_have_attribute("aria-busy", "false")
