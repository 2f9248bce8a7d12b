"""The two linked planes of the completeness page: opening them, reading them, what they should show."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.reading import (
    Scope,
    Shown,
    assert_decoded,
    box_of,
    decoder,
    path_of,
    plane,
    visible_range,
    wait_until_shown,
    z_at,
    z_of,
)
from vae.model import checkpoint, ladder
from vae.model.checkpoint import Checkpoint
from vae.plane.linking import carried

PIXEL = 2.0  # of a plane: tick labels are centred to half a pixel
LEFT = "autoencoder"
OTHER = {"left": "right", "right": "left"}

Point = tuple[float, float]


@cache
def model(name: str) -> Checkpoint:
    return checkpoint.load(path_of(name))


def address(app: App, **view: object) -> str:
    return f"{app.url}/completeness?{urlencode(view)}"


def half(page: Page, side: str) -> Locator:
    """The plane at one side with its digit and its bar."""
    return page.locator(f".twin-half[data-side={side}]")


def open_planes(page: Page, url: str) -> None:
    """Returns when both planes show their test digits and both digits are drawn."""
    page.goto(url)
    expect_planes(page)


def expect_planes(page: Page) -> None:
    for side in OTHER:
        expect(plane(half(page, side))).to_have_attribute("aria-busy", "false")
        expect(half(page, side).get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def linked(z: Point, link: str, here: str, there: str) -> Point:
    """The point of the plane of `there` that belongs to z in the plane of `here`."""
    if link == "coordinates":
        return z
    z1, z2 = carried([z], model(here).latents.means, model(there).latents.means)[0]
    return float(z1), float(z2)


def pixel(scope: Scope, share1: float, share2: float) -> tuple[int, int]:
    """Where a part of the way across and down a plane is, in the window."""
    box = box_of(plane(scope))
    return round(box["x"] + share1 * box["width"]), round(box["y"] + share2 * box["height"])


def wait_near(scope: Scope, x: float, y: float) -> Shown:
    """Wait until a half shows the picture of the place under a pixel of the window."""
    left, right = visible_range(scope)[0]
    return wait_until_shown(scope, z_at(scope, x, y), PIXEL * (right - left) / box_of(plane(scope))["width"])


def assert_drawn(drawn: Shown, name: str) -> None:
    """The canvas says it shows this model's picture of its z, and shows what torch decodes."""
    assert drawn.model == name
    assert_decoded(decoder(name), drawn.z, drawn.pixels)


def expect_linked(page: Page, side: str, here: Shown, link: str) -> Shown:
    """The other half shows its own model's picture of the linked place."""
    there = half(page, OTHER[side])
    wanted = linked(here.z, link, here.model, str(plane(there).get_attribute("data-model")))
    return wait_until_shown(there, wanted, 1e-4 * max(1.0, *map(abs, wanted)))


def expect_rung(page: Page, beta: float) -> None:
    """Slider, map and digit are those of a rung, and so are the codes on the map."""
    name, right = ladder.name(beta), half(page, "right")
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", f"β = {beta:g}")
    expect(plane(right)).to_have_attribute("data-model", name)
    expect(plane(right)).to_have_attribute("aria-busy", "false")
    expect(right.get_by_test_id("digit")).to_have_attribute("data-model", name)
    codes = plane(right).evaluate("plot => [[...plot.data[7].x], [...plot.data[7].y]]")
    latents = model(name).latents
    np.testing.assert_array_equal(np.float32(codes).T, latents.means[latents.labels == 7])


def pinned(page: Page, side: str) -> Point:
    mark = half(page, side).locator(".mark-pin")
    return z_of(mark)
