"""The completeness page in real Chromium: its sentences, its files, its address, its room on any window."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.below import open_page
from tests.browser.conftest import App
from tests.browser.planes import OTHER, address, expect_planes, expect_rung, half, model, open_planes
from tests.browser.reading import assert_decoded, box_of, decoder, plane, resize
from vae.model import ladder
from vae.plane.lattices import prior_lattice
from vae.plane.linking import carried

SIDE = 5  # of the grid


def saved(page: Page, name: str) -> tuple[bytes, str]:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes(), download.value.suggested_filename


def cells(png: bytes) -> np.ndarray:
    """The pictures of a grid, row by row from the top left: (SIDE^2, 784)."""
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    assert pixels.shape == (28 * SIDE, 28 * SIDE)
    return pixels.reshape(SIDE, 28, SIDE, 28).swapaxes(1, 2).reshape(SIDE * SIDE, 784)


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
def test_grids_are_saved_as_they_are_shown(page: Page, app: App, link: str) -> None:
    open_planes(page, address(app, beta=4, link=link, grid=SIDE))
    content, name = saved(page, "Right as PNG")
    assert name == "plane_beta-4_5x5.png"
    assert_decoded(decoder("beta-4"), prior_lattice(SIDE), cells(content))
    content, name = saved(page, "Left as PNG")
    assert name == "plane_autoencoder_5x5.png"
    places = prior_lattice(SIDE)
    if link == "quantiles":
        places = carried(places, model("beta-4").latents.means, model("autoencoder").latents.means)
    assert_decoded(decoder("autoencoder"), places, cells(content))


def test_figures_are_saved_as_they_were_recorded(page: Page, app: App) -> None:
    open_planes(page, address(app, more="curves"))
    content, name = saved(page, "CSV")
    assert name == "figures.csv"
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(content.decode()))}
    assert list(rows) == [*map(ladder.name, ladder.BETAS), "vae"]
    for name, row in rows.items():
        recorded = model(name).figures
        assert {key for key, value in row.items() if value} - {"name", "beta"} == set(recorded)
        for key, value in recorded.items():
            assert float(row[key]) == pytest.approx(value, rel=1e-5)
    assert rows["beta-4"]["beta"] == "4"
    assert rows["vae"]["beta"] == ""


def test_another_link_an_overlay_and_new_draws_keep_zoom_and_pin(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=2, z1=-1, z2=0.5, more="draws"))
    right = half(page, "right")
    right.get_by_role("button", name="Zoom in").click()
    plot = plane(right)
    page.wait_for_function("plot => plot.layout.xaxis.range[1] < 4", arg=plot.element_handle())
    zoomed = plot.evaluate("plot => plot.layout.xaxis.range")
    page.get_by_role("radio", name="Same z₁, z₂").click()
    expect(half(page, "left").get_by_test_id("digit")).to_have_attribute("data-z1", "-1")
    page.get_by_role("radio", name="Density").click()
    expect(page.locator(".completeness-caption")).to_contain_text("hole")
    draw = page.get_by_test_id("draw").first
    place = str(draw.get_attribute("data-z1"))
    page.get_by_role("button", name="Draw again").click()
    expect(page.get_by_test_id("draw").first).not_to_have_attribute("data-z1", place)
    expect(page).to_have_url(re.compile("link=coordinates.*overlay=density.*seed=1"))
    assert plot.evaluate("plot => plot.layout.xaxis.range") == zoomed
    expect(right.get_by_test_id("digit")).to_have_attribute("data-z2", "0.5")


@pytest.mark.first_visit
def test_the_browsers_back_and_another_page_bring_the_view_back(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=8, z1=-1, z2=0.5))
    page.get_by_role("link", name="Latent map").click()
    expect(page.get_by_role("radio", name="Autoencoder")).to_be_visible()
    expect(page.get_by_role("radio", name="β = 8")).to_have_count(0)
    page.get_by_role("link", name="Completeness").click()
    expect_planes(page)
    expect_rung(page, 8)
    expect(half(page, "right").get_by_test_id("digit")).to_have_attribute("data-z1", "-1")
    page.locator(".ladder-ticks button", has_text="0.25").click()
    expect(page).to_have_url(re.compile(r"beta=0.25\b"))
    page.go_back()
    expect_rung(page, 8)


def test_planes_digits_and_bars_fit_on_a_projector(page: Page, app: App) -> None:
    open_planes(page, address(app))
    for width, height in ((1280, 720), (1920, 1080)):
        resize(page, width, height)
        for side in ("left", "right"):
            for hook in ("latent-map", "digit", "share"):
                box = box_of(half(page, side).get_by_test_id(hook))
                assert box["y"] + box["height"] <= height, (side, hook, width)
                assert box["x"] + box["width"] <= width, (side, hook, width)
            assert box_of(plane(half(page, side)))["width"] >= 380
            assert box_of(half(page, side).get_by_test_id("digit"))["width"] >= 180


def test_nothing_is_wider_than_the_window(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_planes(page, address(app, overlay="ellipses", sigmas=3))
    main = page.get_by_test_id("stMain")
    for width in (390, 768, 1280):
        resize(page, width, 844)
        needed, there = main.evaluate("main => [main.scrollWidth, main.clientWidth]")
        assert needed <= there, f"at {width} px"
        top, home = (box_of(page.get_by_role("link", name=name)) for name in ("Completeness", "Latent map"))
        assert top["y"] == home["y"]  # the links to the pages share one line


@pytest.mark.parametrize("more", ["none", "grid", "draws", "curves"])
def test_the_page_is_not_endless(page: Page, app: App, more: str) -> None:
    open_page(page, app, more, grid=20, draws=20)
    expect(page.get_by_test_id("sentence")).to_contain_text("%")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") < 1600


def test_presented_everything_fits_one_window(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_planes(page, address(app, present=1))
    expect(page.get_by_test_id("sentence")).to_contain_text("%")
    width, height = page.get_by_test_id("stMain").evaluate("main => [main.scrollWidth, main.scrollHeight]")
    assert width <= 1024
    assert height <= 768
    expect(page.get_by_test_id("beta-slider")).to_be_in_viewport(ratio=1)
    for side in OTHER:
        for hook in ("latent-map", "digit", "share"):
            expect(half(page, side).get_by_test_id(hook)).to_be_in_viewport(ratio=1)
        assert box_of(half(page, side).get_by_test_id("digit"))["width"] >= 180
        sizes = (
            half(page, side)
            .get_by_test_id("share")
            .locator("p, b")
            .evaluate_all("parts => parts.map(part => parseFloat(getComputedStyle(part).fontSize))")
        )
        assert min(sizes) >= 20
    expect(page.get_by_text("Draw again")).to_be_hidden()
