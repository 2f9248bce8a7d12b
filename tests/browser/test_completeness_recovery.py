"""The linked planes where a rung is missing, damaged, or the server away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import App, running
from tests.browser.planes import (
    OTHER,
    address,
    assert_drawn,
    expect_rung,
    half,
    open_planes,
    pixel,
)
from tests.browser.reading import (
    plane,
    wait_until_shown,
)
from tests.serving import copy_project
from vae.model import ladder


@pytest.fixture
def gapped(tmp_path: Path) -> Iterator[App]:
    """An app whose ladder has a damaged rung and lacks another."""
    copy_project(tmp_path, "checkpoints")
    (tmp_path / "checkpoints" / ladder.file(8)).write_bytes(b"not a checkpoint")
    (tmp_path / "checkpoints" / ladder.file(2)).unlink()
    yield from running(tmp_path / "log", tmp_path)


@pytest.mark.first_visit
def test_a_rung_that_cannot_be_used_is_not_offered_and_the_others_work(page: Page, gapped: App) -> None:
    open_planes(page, address(gapped))
    offered = [f"{beta:g}" for beta in ladder.BETAS if beta not in (2, 8)]
    expect(page.locator(".ladder-ticks button")).to_have_text(offered)
    for beta in (2, 8):
        expect(page.get_by_role("alert").filter(has_text=ladder.command(beta))).to_be_visible()
    page.get_by_test_id("beta-slider").focus()
    page.keyboard.press("ArrowRight")
    expect_rung(page, 4)


def test_planes_recover_when_the_server_comes_back(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/latents/beta-32")):
        open_planes(page, address(mortal_app, z1=0.5, z2=-0.5))  # the last rung's test digits come, too
    wait_until_shown(half(page, "right"), (0.5, -0.5))
    mortal_app.kill()
    for side in OTHER:
        expect(half(page, side).locator(".latent-map-notice")).to_contain_text("The server does not answer")
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(plane(half(page, "right"))).to_have_attribute("data-model", "beta-4")  # the map needs no server
    mortal_app.start()
    for side in OTHER:
        expect(half(page, side).locator(".latent-map-notice")).to_be_hidden()
    expect_rung(page, 4)
    assert_drawn(wait_until_shown(half(page, "right"), (0.5, -0.5)), "beta-4")
    page.mouse.click(*pixel(half(page, "left"), 0.4, 0.4))  # perhaps before the page has come back to life
    expect(page).to_have_url(re.compile("plane=left"))  # Python hears of it in any case
    expect(page).to_have_url(re.compile(r"beta=4\b"))
    assert errors == []
