"""Access: screen readers, keyboards, fingers, colours of one's own; and a server that is away."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.accessible import SCHEMES, assert_accessible_everywhere
from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.reading import box_of, open_map, plane, resize, wait_until_shown, z_at, z_of
from tests.pages.frame.test_colours import palette
from vae.measure.draws import JUDGED

PAGES = {
    "": "Latent map",
    "one_digit": "One digit",
    "continuity": "Continuity",
    "completeness": "Completeness",
    "training": "Training",
}
SAME = {"completeness": "?beta=0"}  # both halves show the same network: their names must differ all the same

SECTIONS = {"grid": "manifold", "draws": "draw", "curves": "ladder-point"}  # of that page, and what they hold

SMALL_TARGETS = """() => [...document.querySelectorAll(
    ".stMain :is(a, button, select, input, [role=button], [role=slider]), .stMain label:has(input)")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0)
    .map((element) => element.closest("label, [data-testid=stSlider] [style*=translate]") ?? element)
    .map((element) => [element.getBoundingClientRect(), element])
    .filter(([{ width, height }]) => Math.min(width, height) < 23.9)
    .map(([{ width, height }, element]) => `${element.outerHTML.slice(0, 120)} ${width} x ${height}`)"""


def open_page(page: Page, app: App, path: str) -> None:
    """Returns when every map on the page, and what lies below the maps, is drawn."""
    page.goto(f"{app.url}/{path}")
    for each in (plane(page).first, plane(page).last):
        expect(each).to_have_attribute("aria-busy", "false")
    if path.startswith("completeness"):
        for bar in page.get_by_test_id("share").all():
            expect(bar).to_have_attribute("data-judged", str(JUDGED))
        if more := re.search("more=(grid|draws|curves)", path):
            expect(page.get_by_test_id(SECTIONS[more[1]]).first).to_be_attached()


@pytest.mark.parametrize("path", [*PAGES, *(f"completeness?beta=0&more={more}" for more in SECTIONS)])
def test_axe_finds_nothing(page: Page, app: App, path: str) -> None:
    page.emulate_media(color_scheme="dark")
    open_page(page, app, path + SAME.get(path, ""))
    assert_accessible_everywhere(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_which_one_it_is_and_a_finger_finds_every_target(page: Page, app: App, path: str) -> None:
    open_page(page, app, path)
    for width in (390, 768, 1280):
        resize(page, width, 900)
        assert page.evaluate(SMALL_TARGETS) == [], f"at {width} px"
    expect(page).to_have_title(f"{PAGES[path]} – Latent Atlas")
    assert page.locator("title").count() == 1
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links).to_have_text([*PAGES.values(), "Classroom"])
    expect(page.locator("[aria-current=page]")).to_have_text([PAGES[path]])
    links.get_by_text("Continuity").click()
    expect(page).to_have_title("Continuity – Latent Atlas")
    expect(page.locator("[aria-current=page]")).to_have_text(["Continuity"])


def test_two_maps_have_two_names(page: Page, app: App) -> None:
    open_page(page, app, "completeness?beta=0&more=draws")
    for each in ("[role=application]", "section[aria-label]", "[data-testid=digit]", ".draws"):
        names = page.locator(each).evaluate_all("elements => elements.map(({ ariaLabel }) => ariaLabel)")
        assert len(names) > 1
        assert len(set(names)) == len(names)


def test_one_digit_alone_by_keyboard(page: Page, app: App) -> None:
    open_map(page, app.url)
    digits = page.locator(".latent-map-legend button")
    digits.nth(4).focus()
    for key in ("Shift+Enter", "Shift+Space"):
        page.keyboard.press(key)
        for digit in range(10):
            expect(digits.nth(digit)).to_have_attribute("aria-pressed", str(digit == 4).lower())
        visible = plane(page).evaluate("plot => plot.data.map((trace) => trace.visible === true)")
        assert visible == [digit == 4 for digit in range(10)], key
        page.keyboard.press(key)
        expect(page.locator(".latent-map-legend [aria-pressed=true]")).to_have_count(10)


def test_dots_have_the_colours_of_the_style_sheet(page: Page, app: App) -> None:
    """Opaque, so that their contrast is the colour's; also after the theme of an open page has changed."""
    open_map(page, app.url)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        wanted = ["rgb({}, {}, {})".format(*bytes.fromhex(colour[1:])) for colour in palette(scheme)]
        page.wait_for_function(
            "wanted => document.querySelector('[data-testid=latent-map]').data[0].marker.color === wanted",
            arg=wanted[0],
        )
        markers = plane(page).evaluate("plot => plot.data.map(({ marker: dot }) => [dot.color, dot.opacity])")
        assert markers == [[colour, 1] for colour in wanted]


def pixels(locator: Locator) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(np.int64)


def test_forced_colours_keep_bars_legend_and_toggles(page: Page, app: App) -> None:
    page.emulate_media(forced_colors="active", color_scheme="light")
    open_map(page, f"{app.url}/?z1=0.0&z2=0.0")
    bars = page.locator(".atlas-bars i")
    highest = max(bars.all(), key=lambda bar: box_of(bar)["height"])
    assert (pixels(highest).sum(-1) < 384).mean() > 0.8  # dark on a light ground
    for digit, button in enumerate(page.locator(".latent-map-legend button").all()):
        colour = np.array(list(bytes.fromhex(palette("light")[digit][1:])))
        of_this_digit = (np.abs(pixels(button) - colour).max(-1) < 8).sum()
        assert of_this_digit > 60
        button.click()
        assert (np.abs(pixels(button) - colour).max(-1) < 8).sum() < 0.8 * of_this_digit
    toggle = page.locator("[data-testid=stCheckbox] label > div").first
    off = pixels(toggle)
    assert (off.sum(-1) < 384).mean() > 0.1
    page.get_by_text("Decoded plane").click()
    expect(page).to_have_url(re.compile("manifold=1"))
    page.mouse.move(5, 5)
    assert (np.abs(pixels(toggle) - off).max(-1) > 60).mean() > 0.2
    chosen, other = (pixels(page.get_by_role("radio", name=name)) for name in ("VAE", "Autoencoder"))
    assert (chosen.sum(-1) < 384).mean() > 0.6 > (other.sum(-1) < 384).mean()  # the one is filled
    assert min((each.sum(-1) > 600).sum() for each in (chosen, other)) > 60  # both can be read


def test_forced_colours_keep_sliders(page: Page, app: App) -> None:
    page.emulate_media(forced_colors="active", color_scheme="light")
    open_page(page, app, "completeness?more=draws")
    for slider in (page.get_by_test_id("beta-slider"), page.get_by_test_id("stSlider").first):
        share = (pixels(slider).sum(-1) < 384).mean()
        assert 0.02 < share < 0.4  # its track, thumb and number, not a block


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
    """A finger's way from start to end, by the browser's own protocol."""
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", start)
    for part in np.linspace(0, 1, steps)[1:]:
        x, y = ((1 - part) * here + part * there for here, there in zip(start, end, strict=True))
        touch(session, "touchMove", (x, y))
    touch(session, "touchEnd")


def test_lifting_the_finger_after_a_drag_keeps_the_point(phone: Page, app: App) -> None:
    open_map(phone, app.url)
    box = box_of(plane(phone))
    start = box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"]
    end = box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"]
    z = z_at(phone, *end)
    drag(phone, start, end)
    expect(phone).to_have_url(re.compile("z1="))  # the finger is up
    mark = phone.locator(".mark-pin")
    there = z_of(mark)
    assert there == pytest.approx(z, abs=0.1)  # at most a dot away, which it then is on
    wait_until_shown(phone, there)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_swipe_up_along_the_maps_edge_scrolls_the_page(phone: Page, app: App, side: str) -> None:
    phone.set_viewport_size({"width": 390, "height": 700})
    open_map(phone, app.url)
    box = box_of(plane(phone))
    x = box["x"] + (12 if side == "left" else box["width"] - 12)
    middle = box["y"] + 0.8 * box["height"]
    drag(phone, (x, middle), (x, middle - 250))
    phone.wait_for_function("document.querySelector('.stMain').scrollTop > 100")
    expect(phone).not_to_have_url(re.compile("z1="))
    phone.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    drag(phone, (x, middle), (x + (90 if side == "left" else -90), middle))  # sideways it points
    expect(phone).to_have_url(re.compile("z1="))


def test_the_server_away_is_one_sentence_and_no_command(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            const look = () => {
                if (/streamlit run/i.test(document.body.innerText)) window.told = true;
                requestAnimationFrame(look);
            };
            look();
        })"""
    )
    page.goto(f"http://localhost:{mortal_app.port}/completeness")  # where Streamlit names its command
    expect(plane(page).last).to_have_attribute("aria-busy", "false")
    away = page.get_by_text("The app’s server does not answer.")
    expect(away).to_be_hidden()
    # Streamlit logs its sentence when it opens its dialog
    with page.expect_console_message(lambda message: "Is Streamlit still running" in message.text):
        mortal_app.kill()
    expect(away).to_be_visible()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.querySelector('#root').inert") is False
    for notice in page.locator(".latent-map-notice").all():
        expect(notice).to_be_hidden()
    mortal_app.start()
    expect(away).to_be_hidden()
    assert page.evaluate("window.told") is None
