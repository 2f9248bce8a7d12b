"""The plane as pictures, below the maps, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.below import SIDE, cell, drag_to, expect_digit_at, half, open_page, rung, tiles
from tests.browser.conftest import App
from tests.browser.reading import Sockets, assert_decoded, decoder
from vae.model import ladder
from vae.plane.lattices import axis_of, prior_lattice, range_lattice
from vae.plane.linking import carried


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
@pytest.mark.parametrize("sigmas", [None, 3.0])
def test_grids_are_what_torch_decodes(page: Page, app: App, link: str, sigmas: float | None) -> None:
    view = {"beta": 4, "link": link} | ({} if sigmas is None else {"sigmas": sigmas})
    open_page(page, app, "grid", **view)
    right = prior_lattice(SIDE) if sigmas is None else range_lattice(SIDE, sigmas)
    left = carried(right, rung(4).latents.means, rung(0).latents.means) if link == "quantiles" else right
    for side, beta, points in (("left", 0, left), ("right", 4, right)):
        expect(half(page, "manifold", side)).to_have_attribute("data-model", ladder.name(beta))
        assert_decoded(decoder(ladder.name(beta)), points, tiles(page, side))
    last = page.locator(".manifold-grid .columns").nth(0).locator("span").last
    expect(last).to_have_text(f"{left[SIDE - 1, 0]:.2f}".replace("-", "−"))


def test_a_cell_of_either_grid_is_marked_on_the_maps_and_the_page_stays(page: Page, app: App) -> None:
    open_page(page, app, "grid", beta=1, link="quantiles")
    axis, main = axis_of(SIDE, None), page.get_by_test_id("stMain")
    for side, column, row in (("left", 1, 0), ("right", 4, 3)):
        place = cell(page, side, column, row)
        scrolled = main.evaluate("main => main.scrollTop")
        assert scrolled > 0
        page.mouse.click(*place)
        z = (axis[column], axis[SIDE - 1 - row])
        expect_digit_at(page, "right", z)
        linked = carried([z], rung(1).latents.means, rung(0).latents.means)[0]
        expect_digit_at(page, "left", (linked[0], linked[1]))
        for pinned in page.get_by_test_id("pinned-cell").all():
            expect(pinned).to_have_attribute("data-column", str(column))
            expect(pinned).to_have_attribute("data-row", str(row))
        expect(page).to_have_url(re.compile(rf"z1={z[0]:.4f}".rstrip("0")))
        page.mouse.move(5, 5)
        said = f"z₁ {z[0]:.2f}, z₂ {z[1]:.2f}".replace("-", "−")
        expect(page.locator(".manifold-grid .point").nth(1)).to_have_text(said)
        assert main.evaluate("main => main.scrollTop") == scrolled
    page.get_by_role("button", name="Show on the map").click()
    expect(page.get_by_test_id("latent-map").nth(1)).to_be_in_viewport()


def test_a_cell_out_of_view_comes_into_view(page: Page, app: App) -> None:
    """At six standard deviations the outer cells lie beyond the right plane's first view."""
    open_page(page, app, "grid", sigmas=6, link="coordinates")
    for side, column in (("right", SIDE - 1), ("left", 0)):
        page.mouse.click(*cell(page, side, column, 2))
        expect_digit_at(page, "right", (6.0 if column else -6.0, 0.0))
        right = page.locator(".twin-half[data-side=right]")
        expect(right.locator(".mark-pin")).not_to_have_class(re.compile("outside"))
        plot = right.get_by_test_id("latent-map")
        low, high = plot.evaluate("plot => plot.layout.xaxis.range")
        assert low < (6 if column else -6) < high


def test_arrow_keys_choose_a_cell_and_enter_goes_there(page: Page, app: App) -> None:
    open_page(page, app, "grid", z1=0, z2=0)
    frame = page.locator(".manifold-grid .frame").nth(1)
    frame.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp"):  # the last one has nowhere to go
        frame.press(key)
    axis = axis_of(SIDE, None)
    expect(page.locator(".manifold-grid .point").nth(1)).to_have_text(f"z₁ {axis[3]:.2f}, z₂ {axis[4]:.2f}")
    frame.press("Enter")
    expect_digit_at(page, "right", (axis[3], axis[4]))


def test_the_grid_follows_the_slider_without_python(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_page(page, app, "grid", beta=1)
    page.wait_for_load_state("networkidle")
    reruns = sockets.reruns
    drag_to(page, 8)
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    expect(page.locator(".manifold-grid figure[aria-busy=false]")).to_have_count(2)
    points = prior_lattice(SIDE)
    assert_decoded(decoder(ladder.name(8)), points, tiles(page, "right"))
    linked = carried(points, rung(8).latents.means, rung(0).latents.means)
    assert_decoded(decoder(ladder.name(0)), linked, tiles(page, "left"))
    assert sockets.reruns == reruns


@pytest.mark.parametrize("more", ["grid", "draws", "curves"])
def test_on_a_phone_nothing_overflows_and_a_tap_marks_a_place(phone: Page, app: App, more: str) -> None:
    open_page(phone, app, more, link="coordinates")
    part = {"grid": "manifold-grid", "draws": "judged-draws", "curves": "ladder-curves"}[more]
    width, needed = phone.locator(f".{part}").evaluate("part => [part.clientWidth, part.scrollWidth]")
    assert needed <= width <= 390
    if more == "grid":
        phone.touchscreen.tap(*cell(phone, "right", 0, 4))
        axis = axis_of(SIDE, None)
        expect_digit_at(phone, "right", (axis[0], axis[0]))
