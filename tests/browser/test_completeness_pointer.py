"""The linked planes in a real browser: one pointer, two pictures; one slider, a whole ladder of models."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.planes import (
    LEFT,
    OTHER,
    address,
    assert_drawn,
    expect_linked,
    expect_planes,
    expect_rung,
    half,
    open_planes,
    pinned,
    pixel,
    wait_near,
)
from tests.browser.reading import (
    Sockets,
    box_of,
    plane,
    shown,
    visible_range,
    wait_until_shown,
)
from vae.model import ladder


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
@pytest.mark.parametrize("beta", [0, 4])
def test_one_pointer_move_draws_two_pictures(page: Page, app: App, link: str, beta: float) -> None:
    sockets = Sockets(page)
    open_planes(page, address(app, beta=beta, link=link, z1=0.5, z2=-0.25))
    kept = wait_until_shown(half(page, "right"), (0.5, -0.25))
    page.wait_for_load_state("networkidle")
    reruns = sockets.reruns
    for side, name, share1, share2 in (
        ("left", LEFT, 0.4, 0.55),
        ("right", ladder.name(beta), 0.6, 0.35),
        ("right", ladder.name(beta), 0.05, 0.95),  # beyond all codes of a VAE
    ):
        x, y = pixel(half(page, side), share1, share2)
        page.mouse.move(x, y, steps=5)
        here = wait_near(half(page, side), x, y)
        assert_drawn(here, name)
        there = expect_linked(page, side, here, link)
        assert_drawn(there, ladder.name(beta) if side == "left" else LEFT)
        for mark_side, drawn in ((side, here), (OTHER[side], there)):
            mark = half(page, mark_side).locator(".mark-preview")
            expect(mark).to_be_visible()
            assert float(mark.get_attribute("data-z1") or "nan") == pytest.approx(drawn.z[0], abs=1e-6)
    page.mouse.move(5, 5)
    left = wait_until_shown(half(page, "right"), (0.5, -0.25))
    assert (left.pixels == kept.pixels).all()
    assert sockets.reruns == reruns  # no pointer move asks Python for anything


@pytest.mark.first_visit
def test_pinning_in_either_plane_is_kept_in_the_address(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles"))
    for side in OTHER:
        x, y = pixel(half(page, side), 0.45, 0.4)
        page.mouse.click(x, y)
        drawn = wait_near(half(page, side), x, y)
        expect_linked(page, side, drawn, "quantiles")
        wanted = rf"z1={drawn.z[0]:g}\b.*z2={drawn.z[1]:g}\b"
        expect(page).to_have_url(re.compile(wanted))
    expect(page).not_to_have_url(re.compile("plane=left"))
    page.mouse.click(*pixel(half(page, "left"), 0.3, 0.6))
    expect(page).to_have_url(re.compile("plane=left"))
    before = pinned(page, "left"), pinned(page, "right")
    page.reload()
    expect_planes(page)
    wait_until_shown(half(page, "left"), before[0])
    assert pinned(page, "right") == pytest.approx(before[1], abs=1e-5)


def test_slider_to_beta_8_shows_that_rung_before_python_hears_of_it(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_planes(page, address(app, link="coordinates", z1=0.75, z2=-0.5))
    half(page, "right").get_by_role("button", name="Zoom in").click()
    page.wait_for_load_state("networkidle")
    view, reruns = visible_range(half(page, "right")), sockets.reruns
    slider = page.get_by_test_id("beta-slider")
    box = box_of(slider)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    place = ladder.BETAS.index(8) / (len(ladder.BETAS) - 1)
    page.mouse.move(box["x"] + box["width"] * place, box["y"] + box["height"] / 2, steps=10)
    expect_rung(page, 8)
    assert_drawn(wait_until_shown(half(page, "right"), (0.75, -0.5)), "beta-8")
    assert visible_range(half(page, "right")) == view  # the map does not jump
    assert sockets.reruns == reruns
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"beta=8\b"))
    expect_rung(page, 8)
    assert_drawn(wait_until_shown(half(page, "left"), (0.75, -0.5)), LEFT)


def test_slider_obeys_the_keyboard_and_its_ticks(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles", z1=0.75, z2=-0.5))
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    for key, beta in (("ArrowRight", 2), ("ArrowUp", 4), ("ArrowLeft", 2), ("End", 32), ("Home", 0)):
        page.keyboard.press(key)
        expect_rung(page, beta)
        drawn = wait_until_shown(half(page, "right"), (0.75, -0.5))
        assert_drawn(drawn, ladder.name(beta))
        expect_linked(page, "right", drawn, "quantiles")
    expect(page).to_have_url(re.compile(r"beta=0\b"))
    page.locator(".ladder-ticks button", has_text="0.5").click()
    expect(slider).to_be_focused()  # the ticks are hidden from screen readers and take no focus
    expect_rung(page, 0.5)
    expect(page).to_have_url(re.compile(r"beta=0.5\b"))


def test_arrow_keys_move_the_point_of_the_focused_plane(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles"))
    plane(half(page, "left")).focus()
    before = pinned(page, "left")
    page.keyboard.press("Shift+ArrowUp")
    expect(page).to_have_url(re.compile("plane=left"))
    after = pinned(page, "left")
    assert after[0] == pytest.approx(before[0], abs=1e-4)
    assert after[1] > before[1] + 0.5
    drawn = wait_until_shown(half(page, "left"), after)
    assert_drawn(drawn, LEFT)
    assert_drawn(expect_linked(page, "left", drawn, "quantiles"), "beta-1")
    expect(half(page, "left").locator(".latent-map-spoken")).to_contain_text(f"z2 {after[1]:.2f}")
    expect(plane(half(page, "left"))).to_be_focused()


def test_a_place_out_of_view_is_marked_at_the_edge(page: Page, app: App) -> None:
    open_planes(page, address(app, link="coordinates", plane="left", z1=9, z2=0))
    wait_until_shown(half(page, "right"), (9, 0))
    mark = half(page, "right").locator(".mark-pin")
    expect(mark).to_have_class(re.compile("outside"))
    edge, ring = box_of(plane(half(page, "right"))), box_of(mark)
    assert ring["x"] + ring["width"] == pytest.approx(edge["x"] + edge["width"], abs=4)
    expect(half(page, "left").locator(".mark-pin")).not_to_have_class(re.compile("outside"))


def test_a_finger_pins_on_a_phone_where_the_planes_stay_side_by_side(phone: Page, app: App) -> None:
    open_planes(phone, address(app, beta=2, link="quantiles"))
    left, right = (box_of(plane(half(phone, side))) for side in ("left", "right"))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    assert min(left["width"], right["width"]) > 165
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    plane(half(phone, "right")).scroll_into_view_if_needed()
    session = phone.context.new_cdp_session(phone)
    x, y = pixel(half(phone, "right"), 0.35, 0.6)
    touch(session, "touchStart", (x, y))
    looked = wait_near(half(phone, "right"), x, y)
    expect_linked(phone, "right", looked, "quantiles")
    touch(session, "touchEnd")
    expect(phone).to_have_url(re.compile(rf"z1={round(looked.z[0], 4):g}\b"))
    assert_drawn(shown(half(phone, "right")), "beta-2")


def test_two_students_do_not_disturb_each_other(page: Page, browser: Browser, app: App) -> None:
    open_planes(page, address(app))
    other = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    open_planes(other, address(app))
    other.get_by_test_id("beta-slider").press("End")
    other.mouse.click(*pixel(half(other, "left"), 0.3, 0.3))
    expect(other).to_have_url(re.compile(r"beta=32\b.*plane=left|plane=left.*beta=32\b"))
    page.mouse.click(*pixel(half(page, "right"), 0.6, 0.6))
    expect(page).to_have_url(re.compile("z1="))
    expect_rung(page, 1)
    expect_rung(other, 32)
    expect(page).not_to_have_url(re.compile("beta=|plane="))
    other.context.close()
