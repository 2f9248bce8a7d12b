"""The machine of the page One digit: opened, drawn into, read."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from tests.browser.preparing import prepared
from tests.browser.reading import box_of
from vae.bench.server import App

PAD = 280
READY = "Scaled to 20 pixels"
EIGHT = [
    (0.45 + 0.22 * math.sin(2 * t), 0.5 - 0.3 * math.cos(t)) for t in np.linspace(0, 2 * math.pi, 40).tolist()
]
STROKE = [(0.2, 0.15), (0.75, 0.2), (0.4, 0.9)]
Way = Sequence[tuple[float, float]]  # over a square, as shares of its side


def open_machine(page: Page, app: App, query: str = "") -> None:
    """Returns when the image has gone through the machine and the map shows the test digits."""
    page.goto(f"{app.url}/one_digit?{query}")
    expect(page.get_by_test_id("input")).to_be_visible()
    expect(page.get_by_test_id("latent-map").first).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))
    page.wait_for_function("document.querySelector('[data-testid=errors]')?.textContent")


def values(canvas: Locator) -> NDArray[np.uint8]:
    """(side, side, 4) of red, green, blue, opacity."""
    found = canvas.evaluate(
        """canvas => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return btoa(data.reduce((text, value) => text + String.fromCharCode(value), ""));
        }"""
    )
    rgba = np.frombuffer(base64.b64decode(found), np.uint8)
    side = math.isqrt(len(rgba) // 4)
    return rgba.reshape(side, side, 4)


def grey(page: Page, name: str) -> NDArray[np.uint8]:
    rgba = values(page.get_by_test_id(name))
    assert (rgba[..., :3] == rgba[..., :1]).all()
    return rgba[..., 0]


def assert_prepared(page: Page) -> None:
    """The picture is the pad's ink, prepared in Python."""
    wanted = prepared(grey(page, "pad")).astype(int)
    assert np.abs(grey(page, "input") - wanted).max() <= 1


def draw(page: Page, way: Way, name: str = "pad") -> None:
    box = box_of(page.get_by_test_id(name))
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def module(page: Page, name: str) -> str:
    """The address at which the page has loaded one of its modules."""
    found: str = page.evaluate(
        "name => performance.getEntriesByType('resource').find((entry) => entry.name.endsWith(name)).name",
        f"/one_digit/{name}.js",
    )
    return found
