"""The shares of random places, the fixed map at high beta, and what lies over the maps, in a real browser."""

from __future__ import annotations

import re
from functools import cache

import pytest
from playwright.sync_api import Page, expect

from pages.components.completeness import words
from tests.browser.below import drag_to
from tests.browser.conftest import App
from tests.browser.planes import OTHER, address, expect_rung, half, model, open_planes, pixel
from tests.browser.reading import CHECKPOINTS, box_of, decoder, plane, visible_range
from vae.device import choose_device
from vae.measure.draws import JUDGED, Law, Share, counted, drawn, judged
from vae.model import ladder
from vae.model.classifier import find_classifier
from vae.serving.passes import draw


@cache
def share(beta: float, law: Law = "prior") -> Share:
    """What the bar of a rung should say."""
    name, device = ladder.name(beta), choose_device()
    classifier = find_classifier(CHECKPOINTS, device)
    assert classifier is not None
    points = drawn(law, model(name).latents.means, JUDGED, 0)
    return counted(judged(draw(decoder(name), points, device), classifier))


def expect_bar(page: Page, side: str, wanted: Share) -> None:
    bar = half(page, side).get_by_test_id("share")
    expect(bar).to_have_attribute("aria-busy", "false")
    expect(bar).to_contain_text(f"{100 * wanted.share:.0f} %")
    said = f"{wanted.digits:.1f} of 10 different digits" if wanted.digits else "no digit at all"
    expect(bar).to_contain_text(said)
    track = box_of(bar.locator(".share-track"))
    interval = box_of(bar.locator(".interval"))
    ends = [(x - track["x"]) / track["width"] for x in (interval["x"], interval["x"] + interval["width"])]
    assert ends == pytest.approx(wanted.interval, abs=0.02)
    assert box_of(bar.locator(".bar"))["width"] / track["width"] == pytest.approx(wanted.share, abs=0.01)


def test_the_bars_and_the_sentence_follow_the_slider_and_the_maps_stay(page: Page, app: App) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_planes(page, address(app, beta=1))
    before = box_of(plane(half(page, "left")))
    expect_bar(page, "left", share(0, "box"))
    expect_bar(page, "right", share(1))
    for beta in (8, 32):
        page.locator(".ladder-ticks button", has_text=re.compile(f"^{beta}$")).click()
        expect_rung(page, beta)
        shares = share(0, "box"), share(beta)
        said = words.outcome(model(ladder.name(beta)).figures, shares, same=False)
        expect(page.get_by_test_id("sentence")).to_have_text(said)
        for side, wanted in zip(OTHER, shares, strict=True):
            expect_bar(page, side, wanted)
        assert box_of(plane(half(page, "left"))) == before
    page.get_by_role("radio", name="N(0, I)", exact=True).click()
    expect(page).to_have_url(re.compile("law=prior"))
    expect(half(page, "left").get_by_test_id("share")).to_contain_text(f"{100 * share(0).share:.0f} %")
    expect_bar(page, "left", share(0))
    page.emulate_media(reduced_motion=None)


def test_the_bar_of_a_rung_that_was_left_is_dimmed(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=1))
    bars = page.get_by_test_id("share")
    expect(bars.nth(1)).to_have_attribute("aria-busy", "false")
    drag_to(page, 8)
    expect(bars.nth(1)).to_have_attribute("aria-busy", "true")
    expect(bars.nth(0)).to_have_attribute("aria-busy", "false")


def test_a_linked_point_outside_the_fixed_map_is_told_and_its_view_stays(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=32))
    left, right = half(page, "left"), half(page, "right")
    before = visible_range(left)
    mark, notice = left.locator(".mark-pin"), left.locator(".latent-map-notice")
    expect(mark).to_have_class(re.compile("outside"))
    expect(notice).to_contain_text("outside this map")
    page.mouse.click(*pixel(right, 0.7, 0.4))
    expect(page).to_have_url(re.compile("z1="))
    plane(right).focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(mark).to_have_class(re.compile("outside"))
    assert visible_range(left) == before
    plane(left).focus()
    page.keyboard.press("ArrowLeft")  # from where its ring is, not from where the link led
    expect(page).to_have_url(re.compile("plane=left"))
    expect(notice).to_be_hidden()
    assert visible_range(left) == before


def test_an_address_that_points_beyond_the_fixed_map_does_not_move_it(page: Page, app: App) -> None:
    open_planes(page, address(app))
    before = visible_range(half(page, "left"))
    open_planes(page, address(app, plane="left", z1=500, z2=-500))
    expect(half(page, "left").locator(".mark-pin")).to_have_class(re.compile("outside"))
    assert visible_range(half(page, "left")) == before


@pytest.mark.parametrize(("beta", "said"), [(1, "Ellipses 5 times as large"), (32, "")])
def test_posteriors_can_be_seen_and_say_how_much_larger_they_are(
    page: Page, app: App, beta: float, said: str
) -> None:
    open_planes(page, address(app, beta=beta, overlay="ellipses"))
    ellipses = half(page, "right").get_by_test_id("posteriors")
    expect(ellipses.locator(".scale")).to_have_text(said)
    expect(half(page, "left").locator(".posterior-ellipses .scale")).to_have_text("")
    outlines = ellipses.locator(".line").get_attribute("d") or ""
    radii = sorted(float(radius) for radius in re.findall(r"M[^a]*a([\d.]+) ", outlines))
    assert len(radii) == 100
    assert radii[50] >= 3  # pixels


def test_is_it_a_digit_shades_both_maps(page: Page, app: App) -> None:
    open_planes(page, address(app, overlay="legible"))
    for side in OTHER:
        expect(plane(half(page, side)).locator("image")).to_have_count(1)
    expect(page.locator(".completeness-caption")).to_contain_text("darker")
    page.get_by_role("radio", name="Digits", exact=True).click()
    for side in OTHER:
        expect(plane(half(page, side)).locator("image")).to_have_count(0)
