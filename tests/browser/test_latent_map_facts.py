"""What the latent map says of a point, and where it opens: against what codes and networks say."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy.ndimage import label

from tests.browser.conftest import App
from tests.browser.reading import box_of, open_map, path_of, plane, resize, visible_range, wait_until_shown
from vae.model import checkpoint
from vae.model.checkpoint import Latents
from vae.plane.limits import kept
from vae.plane.neighbours import class_shares, nearest

MODELS = ("vae", "autoencoder")


@cache
def latents(name: str) -> Latents:
    return checkpoint.load(path_of(name)).latents


def pixel_of(page: Page, z: np.ndarray) -> tuple[float, float]:
    """Where in the window a point of the plane lies."""
    (left, right), (bottom, top) = visible_range(page)
    box = box_of(plane(page))
    x = box["x"] + (z[0] - left) / (right - left) * box["width"]
    return x, box["y"] + (top - z[1]) / (top - bottom) * box["height"]


def voted(name: str, z: np.ndarray) -> str:
    """What the codes around a point say, worked out by the back end."""
    own = latents(name)
    indices, distances = nearest(own.means, z, 50)
    if distances[0] > own.reach:
        return "No code lives near here"
    shares = class_shares(own.labels[indices])
    digit = int(shares.argmax())
    return f"Vote of codes: {'an' if digit == 8 else 'a'} {digit}, {round(50 * shares[digit])} of 50"


@pytest.mark.parametrize("name", MODELS)
def test_the_vote_under_the_digit_is_that_of_the_codes_around_the_pointer(
    page: Page, app: App, name: str
) -> None:
    open_map(page, f"{app.url}/?model={name}&z1=0.0&z2=0.0")
    vote, digit = page.get_by_test_id("live-vote"), page.get_by_test_id("digit")
    (left, right), (bottom, top) = visible_range(page)
    heard = set()
    for across in np.linspace(0.06, 0.94, 7):
        for up in np.linspace(0.06, 0.74, 5):  # the buttons are above
            z = np.array([left + across * (right - left), bottom + up * (top - bottom)])
            page.mouse.move(*pixel_of(page, z))
            wait_until_shown(page, (float(z[0]), float(z[1])), (right - left) / box_of(plane(page))["width"])
            z1, z2 = digit.evaluate("canvas => [+canvas.dataset.z1, +canvas.dataset.z2]")
            expect(vote).to_have_text(voted(name, np.array([z1, z2])))
            heard.add(vote.inner_text().partition(":")[0])
    assert heard == {"Vote of codes", "No code lives near here"}


def test_nobody_votes_far_from_all_codes(page: Page, app: App) -> None:
    for z in ((3.2, -3.2), (-900.0, 20.0), (0.0, 1000.0)):
        open_map(page, f"{app.url}/?z1={z[0]}&z2={z[1]}")
        expect(page.get_by_test_id("live-vote")).to_have_text("No code lives near here")
        expect(page.get_by_test_id("verdicts")).to_contain_text("Vote of codesno code lives near here")
        expect(page.get_by_test_id("shares").locator(".count")).to_have_text([""] * 10)


def test_a_click_beside_a_dot_follows_that_test_digit(page: Page, app: App) -> None:
    open_map(page, app.url)
    means = latents("vae").means
    lonely = max(
        (index for index in range(2000) if np.abs(means[index]).max() < 2.5),
        key=lambda index: nearest(means, means[index], 2)[1][1],
    )
    x, y = pixel_of(page, means[lonely])
    page.mouse.click(round(x) + 2, round(y) - 2)
    z1, z2 = (kept(float(value)) for value in means[lonely])
    expect(page).to_have_url(re.compile(rf"z1={re.escape(str(z1))}&z2={re.escape(str(z2))}$"))
    line = page.get_by_test_id("followed")
    expect(line).to_have_attribute("data-index", str(lonely))
    expect(line).to_contain_text(f"Test digit {lonely}")
    expect(line).to_contain_text("at the marker")
    expect(line.get_by_alt_text("reconstruction")).to_be_visible()
    page.mouse.click(round(x) + 12, round(y) - 12)  # beside it there is only its neighbourhood
    expect(line).to_contain_text("away")


def test_a_dot_that_is_hidden_is_not_what_a_click_means(page: Page, app: App) -> None:
    open_map(page, app.url)
    own = latents("vae")
    lonely = max(
        (index for index in range(2000) if np.abs(own.means[index]).max() < 2.5),
        key=lambda index: nearest(own.means, own.means[index], 2)[1][1],
    )
    page.get_by_role("button", name=f"Digit {own.labels[lonely]}").click()
    x, y = pixel_of(page, own.means[lonely])
    page.mouse.click(round(x) + 2, round(y) - 2)
    expect(page.get_by_test_id("followed")).to_contain_text("away")


def test_the_autoencoder_opens_on_its_central_codes_in_a_hole(page: Page, app: App) -> None:
    open_map(page, app.url)
    page.get_by_role("radio", name="Autoencoder").click()
    own = latents("autoencoder")
    wait_until_shown(page, own.hole)
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    (left, right), (bottom, top) = visible_range(page)
    box = own.central_box
    assert (left, right, bottom, top) == pytest.approx(tuple(box.squared()))
    assert max(right - left, top - bottom) == pytest.approx(max(box.right - box.left, box.top - box.bottom))
    expect(page.get_by_test_id("reach")).to_contain_text("central 85 %")
    expect(page.get_by_test_id("live-vote")).to_have_text("No code lives near here")
    expect(page).to_have_url(f"{app.url}/?model=autoencoder")
    page.get_by_role("radio", name="VAE").click()
    wait_until_shown(page, (0.0, 0.0))
    expect(page.get_by_test_id("reach")).to_have_count(0)


def islands(name: str) -> Counter[str]:
    """How many connected crowds each digit has, found by another library."""
    own, found = latents(name), Counter[str]()
    for digit in range(10):
        means = own.means[own.labels == digit].astype(float)
        low, high = np.quantile(means, [0.05, 0.95], axis=0, method="lower")
        places = np.round(means / (high - low).min() * 8).astype(int)
        counts = np.zeros(np.ptp(places, axis=0) + 1, int)
        np.add.at(counts, tuple((places - places.min(axis=0)).T), 1)
        crowds, many = label(counts >= 0.05 * counts.max(), np.ones((3, 3)))
        found[str(digit)] = sum(
            counts[crowds == crowd].sum() >= 0.1 * len(means) for crowd in range(1, many + 1)
        )
    return found


@pytest.mark.parametrize("name", MODELS)
def test_every_island_of_a_digit_has_its_name_where_that_digit_lives(page: Page, app: App, name: str) -> None:
    open_map(page, f"{app.url}/?model={name}")
    names = page.locator(".latent-map-overlay .names text")
    wanted = islands(name)
    expect(names).to_have_count(int(wanted.total()))
    assert Counter(names.all_text_contents()) == wanted
    assert max(wanted.values()) > 1
    own = latents(name)
    (left, right), (bottom, top) = visible_range(page)
    side = box_of(plane(page))["width"]
    for text in names.all():
        x, y = float(text.get_attribute("x") or 0), float(text.get_attribute("y") or 0)
        z = (left + x / side * (right - left), top - y / side * (top - bottom))
        indices, _ = nearest(own.means, z, 15)
        assert int(text.text_content() or -1) in own.labels[indices]


def test_the_question_whether_it_is_a_digit_lays_the_judges_certainty_behind(page: Page, app: App) -> None:
    open_map(page, app.url)
    legend = page.get_by_test_id("legible-legend")
    expect(legend).to_be_hidden()
    page.get_by_text("Is it a digit?").click()
    expect(legend).to_be_visible()
    grounds = "many => document.querySelector('[data-testid=latent-map]').layout.images?.length === many"
    page.wait_for_function(grounds, arg=1)
    side = plane(page).evaluate("plot => plot.layout.images[0].sizex")
    assert side > 7  # the whole plane, not what is visible
    page.get_by_text("Decoded plane").click()
    expect(legend).to_be_hidden()
    smaller = "side => document.querySelector('[data-testid=latent-map]').layout.images?.[0]?.sizex < side"
    page.wait_for_function(smaller, arg=side)
    page.get_by_text("Decoded plane").click()
    page.wait_for_function(grounds, arg=0)


def test_device_and_milliseconds_are_behind_explain(page: Page, app: App) -> None:
    open_map(page, app.url)
    expect(page.get_by_text(re.compile(r"\d ms"))).to_have_count(0)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".timing-badge")).to_have_text(re.compile(r"\w+ · \d+\.\d ms"))


@pytest.mark.parametrize("query", ["", "&model=autoencoder&legible=1"])
def test_on_a_projector_what_is_shown_is_large_and_nothing_scrolls(page: Page, app: App, query: str) -> None:
    resize(page, 1024, 768)
    open_map(page, f"{app.url}/?present=1{query}")
    for part in ("latent-map", "digit", "live-vote", "followed", "verdicts", "lead"):
        expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
    for part in ("facts", "figures", "neighbours"):
        expect(page.get_by_test_id(part)).to_be_hidden()
    for part in ("live-vote", "verdicts", "lead"):
        size = page.get_by_test_id(part).evaluate("part => parseFloat(getComputedStyle(part).fontSize)")
        assert size >= 20
    overflow = "part => [part.scrollHeight - part.clientHeight, part.scrollWidth - part.clientWidth]"
    assert page.locator(".stMain").evaluate(overflow) == [0, 0]
