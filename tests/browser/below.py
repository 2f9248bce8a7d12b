"""What stands below the maps of the completeness page: opening it, reading it, moving its slider."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.reading import CHECKPOINTS, box_of
from vae.model import checkpoint, ladder
from vae.model.checkpoint import Checkpoint

SIDE = 5  # of the grids that are read pixel by pixel
FEW = 6  # draws


@cache
def rung(beta: float) -> Checkpoint:
    return checkpoint.load(CHECKPOINTS / ladder.file(beta))


def open_page(page: Page, app: App, more: str, **view: object) -> None:
    """Returns when the maps and what stands open below them, "grid", "draws" or "curves", are there."""
    parameters = {"grid": SIDE, "draws": FEW, "more": more} | view
    page.goto(f"{app.url}/completeness?" + "&".join(f"{name}={value}" for name, value in parameters.items()))
    expect(page.get_by_test_id("latent-map")).to_have_count(2)
    for plane in page.get_by_test_id("latent-map").all():
        expect(plane).to_have_attribute("aria-busy", "false")
    if more == "grid":
        expect(page.locator(".manifold-grid figure[aria-busy=false] [data-loaded]")).to_have_count(2)
    elif more == "draws":
        expect(page.get_by_test_id("draw")).to_have_count(2 * int(str(parameters["draws"])))
    elif more == "curves":
        expect(page.get_by_test_id("ladder-plot")).to_have_count(6)
        expect(page.locator("[data-testid=ladder-point]").first).to_be_attached()


def half(page: Page, testid: str, side: str) -> Locator:
    """The left or the right one of two parts; rung 0 may be shown in both, so names would not do."""
    return page.get_by_test_id(testid).nth(0 if side == "left" else 1)


def tiles(page: Page, side: str) -> NDArray[np.uint8]:
    """The pictures of a grid, (n, 784), row by row from the top left, as the browser received them."""
    read = half(page, "manifold", side).evaluate(
        """image => {
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
            return [canvas.width, [...rgba].filter((_, i) => i % 4 === 0)];
        }"""
    )
    width, grey = read
    count = width // 28
    picture = np.array(grey, dtype=np.uint8).reshape(count, 28, count, 28)
    return picture.swapaxes(1, 2).reshape(count * count, 784)


def cell(page: Page, side: str, column: int, row: int, count: int = SIDE) -> tuple[float, float]:
    """Where in the window the middle of a cell is, once the grid is in view."""
    frame = page.locator(".manifold-grid .frame").nth(0 if side == "left" else 1)
    frame.scroll_into_view_if_needed()
    box = box_of(frame)
    return (
        box["x"] + (column + 0.5) / count * box["width"],
        box["y"] + (row + 0.5) / count * box["height"],
    )


def expect_digit_at(page: Page, side: str, z: tuple[float, float]) -> None:
    """The large digit of one half is the picture of z, give or take what the maps round."""
    page.wait_for_function(
        """([index, z1, z2]) => {
            const {z1: shown1, z2: shown2} = document.querySelectorAll("[data-testid=digit]")[index].dataset;
            return Math.abs(shown1 - z1) < 2e-4 && Math.abs(shown2 - z2) < 2e-4;
        }""",
        arg=[0 if side == "left" else 1, *map(float, z)],
    )


def drag_to(page: Page, beta: float) -> None:
    """Move the slider as a hand does that has not let go yet."""
    place = [each for each in ladder.BETAS if (CHECKPOINTS / ladder.file(each)).exists()].index(beta)
    page.get_by_test_id("beta-slider").evaluate(
        """(slider, place) => {
            slider.value = place;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        place,
    )
