"""Whoever comes to the machine of one digit: with a mouse, keys, a finger, ears, in any window."""

from __future__ import annotations

import re
from itertools import pairwise

from playwright.sync_api import Locator, Page, expect

from pages.components.one_digit.code import steps
from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.machine import open_machine
from tests.browser.machine_reading import (
    AXES,
    assert_consistent,
    posterior,
    seen,
)
from tests.browser.reading import box_of, decoder, resize


def code(page: Page) -> Locator:
    return page.get_by_test_id("code")


def title(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"{name}: show the code")


def test_a_title_shows_the_lines_that_run(page: Page, app: App) -> None:
    open_machine(page, app)
    wanted = steps(decoder("vae").config.encoder)
    expect(code(page)).to_be_hidden()
    for step in ("encoder", "noise", "decoder", "loss"):
        title(page, step.capitalize()).hover()
        expect(code(page)).to_be_visible()
        assert code(page).text_content() == wanted[step]
        code(page).hover()  # it can be gone to and scrolled
        page.mouse.wheel(0, 50)
        expect(code(page)).to_be_visible()
        page.mouse.move(5, 5)
        expect(code(page)).to_be_hidden()


def test_the_keyboard_reaches_code_sliders_and_draws(page: Page, app: App) -> None:
    open_machine(page, app)
    page.get_by_test_id("input").evaluate("canvas => canvas.closest('section').setAttribute('tabindex', -1)")
    title(page, "Encoder").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(code(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(code(page)).to_be_hidden()
    page.get_by_test_id("eps2-slider").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert_consistent(page, noise=(0, 1.45))
    page.wait_for_url(re.compile("e2=1.45"))
    page.get_by_role("button", name="Draw 16").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Draw 1: epsilon")).focus()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name=re.compile("^Draw 16: epsilon"))).to_be_focused()
    page.keyboard.press("Enter")
    last = page.get_by_test_id("cloud-digit").last
    noise = [float(last.get_attribute(f"data-eps{axis}") or "nan") for axis in AXES]
    assert_consistent(page, noise=(noise[0], noise[1]))


def test_a_finger_moves_a_slider_and_opens_the_code(phone: Page, app: App) -> None:
    open_machine(phone, app)
    title(phone, "Encoder").tap()
    expect(code(phone)).to_be_visible()
    phone.get_by_test_id("mu1").tap()
    expect(code(phone)).to_be_hidden()
    slider = phone.get_by_test_id("eps1-slider")
    slider.scroll_into_view_if_needed()
    box = box_of(slider)
    assert box["height"] >= 44
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", (x, y))
    for step in range(1, 6):
        touch(session, "touchMove", (x + 10 * step, y))
    assert_consistent(phone, noise=(float(slider.input_value()), 0))
    touch(session, "touchEnd")
    phone.wait_for_url(re.compile("e1="))
    assert float(slider.input_value()) > 0.3


def test_what_is_at_rest_is_said(page: Page, app: App) -> None:
    open_machine(page, app)
    (m1, m2), (s1, s2) = posterior("vae", seen(page))
    point = f"{m1:.2f}, {m2:.2f}"
    said = f"Mean {point}; width {s1:.3f}, {s2:.3f}; z {point}."
    expect(page.get_by_test_id("machine-spoken")).to_have_text(said.replace("-", "minus "))


def test_the_machine_fits_its_window(page: Page, app: App) -> None:
    open_machine(page, app, "digit=12&e1=-2.85&e2=-2.85")  # the longest numbers
    for width, height in ((1280, 800), (1024, 768), (768, 1024), (390, 844)):
        resize(page, width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for axis in AXES:
            line = page.get_by_test_id(f"formula{axis}")
            assert line.evaluate("line => line.scrollWidth <= line.clientWidth"), f"at {width} px"
        boxes = [box_of(box) for box in page.locator(".machine-box").all()]
        if width > 960:  # in one row, whole in the window
            assert all(one["x"] + one["width"] <= other["x"] for one, other in pairwise(boxes))
            assert max(box["y"] + box["height"] for box in boxes) <= height
        else:
            assert all(one["y"] + one["height"] <= other["y"] for one, other in pairwise(boxes))
