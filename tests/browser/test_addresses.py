"""The address in real Chromium: Back and Forward show the views that were visited, a link what was seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App

# What a visitor sees of a view: its address, models and points of the digits, ends, path, what is chosen.
SEEN = """() => {
    const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
    return JSON.stringify({
        address: location.pathname + location.search,
        digits: all("[data-testid=digit]", ({dataset: {model, z1, z2}}) => [model, z1, z2]),
        ends: all("[data-testid^=end-]", ({dataset: {z1, z2}}) => [z1, z2]),
        path: all("[data-testid=path]", ({dataset: {kind}}) => kind),
        scrubbed: all("[data-testid=path-slider]", ({value}) => value),
        chosen: all("input:checked, [aria-checked=true]", on => on.closest("label, button").textContent),
        headings: all("h2", ({textContent}) => textContent),
    });
}"""

# Whether the panel beside the map, if there is one, tells of the map's pin in the chosen model's plane.
TOLD = """() => {
    const panel = document.querySelector(".map-panel"), pin = document.querySelector(".mark-pin");
    if (!panel) return true;
    const chosen = document.querySelector("[class*=latent_map_checkpoint] [aria-checked=true]");
    const {model, z1, z2} = panel.dataset;
    return chosen?.textContent.toLowerCase() === model && pin?.dataset.z1 === z1 && pin.dataset.z2 === z2;
}"""

Step = Callable[[], object]


def settle(page: Page) -> None:
    """Wait until nothing runs and every picture of the page stands still, the pointer being nowhere on it."""
    page.mouse.move(0, 0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)  # maps, walks and curves
    page.wait_for_function(TOLD)
    for digit in page.get_by_test_id("digit").all():
        expect(digit).to_have_attribute("data-frames", re.compile("[1-9]"))


def seen(page: Page) -> dict[str, object]:
    settle(page)
    shown: dict[str, object] = json.loads(page.evaluate(SEEN))
    return shown


def expect_seen(page: Page, wanted: dict[str, object]) -> None:
    """Wait until the page shows this view again; say in what it differs if it never does."""
    text = json.dumps(wanted, separators=(",", ":"), ensure_ascii=False)
    try:
        page.wait_for_function(f"wanted => ({SEEN})() === wanted", arg=text)
    except Exception:
        assert seen(page) == wanted
        raise


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_test_id("latent-map").first).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit").first).to_have_attribute("data-frames", re.compile("[1-9]"))


def follow(page: Page, link: str) -> None:
    """Go to another page of the app by the link at the top, and wait until that page is there."""
    page.get_by_role("link", name=link, exact=True).click()
    hook = {"Latent map": "shares", "Continuity": "curves", "Completeness": "share"}[link]
    expect(page.get_by_test_id(hook).first).to_be_visible()
    expect(page.get_by_test_id("latent-map").first).to_have_attribute("aria-busy", "false")


def choose(page: Page, name: str, part: str) -> None:
    """Choose one of a few, and wait until the address says so."""
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(part))


def type_z1(page: Page, z1: str) -> None:
    page.get_by_role("textbox", name="z1", exact=True).fill(z1)
    page.get_by_role("textbox", name="z1", exact=True).press("Enter")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-z1", z1)
    expect(page).to_have_url(re.compile(f"z1={z1}"))


def moving_both(page: Page, step: Step) -> None:
    """Take a step that moves both walks' digits, and wait until they have moved."""
    digits = page.get_by_test_id("digit").all()
    before = [digit.get_attribute("data-z1") or "" for digit in digits]
    step()
    for digit, z1 in zip(digits, before, strict=True):
        expect(digit).not_to_have_attribute("data-z1", z1)


def magnification(page: Page) -> None:
    """Press the switch itself; its label has a question mark beside it."""
    page.get_by_role("button", name="More").click()
    page.get_by_text("Area magnification", exact=True).click()


def go_and_come(page: Page, steps: list[Step]) -> list[dict[str, object]]:
    """Take the steps, then Back through all of them and Forward again; every view must be as it was."""
    visited = [seen(page)]
    for step in steps:
        step()
        visited.append(seen(page))
        assert visited[-1] != visited[-2]
    for view in reversed(visited[:-1]):
        page.go_back()
        expect_seen(page, view)
    for view in visited[1:]:
        page.go_forward()
        expect_seen(page, view)
    return visited


def test_back_from_another_page_shows_the_map_that_was_left(page: Page, app: App) -> None:
    open_page(page, app.url)
    bare, chosen, path = go_and_come(
        page,
        [
            lambda: choose(page, "Autoencoder", "model=autoencoder"),
            lambda: follow(page, "Continuity"),
        ],
    )
    assert bare["address"] == "/"
    assert [model for model, *_ in chosen["digits"]] == ["autoencoder"]
    assert [model for model, *_ in path["digits"]] == ["autoencoder", "vae"]
    assert path["address"] == "/continuity?model=autoencoder"


def test_back_and_forward_through_every_page_with_changes_in_between(page: Page, app: App) -> None:
    open_page(page, app.url)
    next_pair = page.get_by_role("button", name="Next pair")
    go_and_come(
        page,
        [
            lambda: type_z1(page, "1.25"),
            lambda: choose(page, "Autoencoder", "model=autoencoder"),
            lambda: follow(page, "Continuity"),
            lambda: moving_both(page, lambda: choose(page, "Spherical", "path=spherical")),
            lambda: moving_both(page, next_pair.click),
            lambda: follow(page, "Completeness"),
            lambda: (
                page.locator(".ladder-ticks button", has_text=re.compile("^4$")).click(),
                expect(page).to_have_url(re.compile("beta=4")),
            ),
            lambda: follow(page, "Latent map"),
            lambda: choose(page, "VAE", r"/\?z1=1.25"),
            lambda: follow(page, "Continuity"),
            lambda: follow(page, "Completeness"),
        ],
    )


def test_a_path_moves_to_another_models_plane_in_one_step(page: Page, app: App) -> None:
    """The ends stay the digits they are; the history holds no half of the way."""
    open_page(page, f"{app.url}/continuity")
    first = page.get_by_role("combobox").first
    before = first.input_value()
    moving_both(page, page.get_by_role("button", name="Next pair").click)
    expect(page).to_have_url(re.compile("pair=2"))
    expect(first).not_to_have_value(before)
    names = [page.get_by_role("combobox").nth(end).input_value() for end in (0, 1)]
    _, vae, moved = go_and_come(
        page,
        [
            lambda: follow(page, "Latent map"),
            lambda: choose(page, "Autoencoder", "model=autoencoder"),
            lambda: follow(page, "Continuity"),
        ],
    )[1:]
    assert vae["digits"] != moved["digits"]
    for end, name in enumerate(names):
        expect(page.get_by_role("combobox").nth(end)).to_have_value(name)


def test_the_link_to_the_page_itself_leads_to_its_usual_view_and_back(page: Page, app: App) -> None:
    open_page(page, f"{app.url}/?model=autoencoder&z1=1.25&z2=-0.5")
    pinned = seen(page)
    page.get_by_role("link", name="Latent map").click()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "vae")
    expect(page).to_have_url(f"{app.url}/")
    page.go_back()
    expect_seen(page, pinned)


@pytest.mark.parametrize("path", ["", "continuity", "completeness"])
def test_a_part_that_the_page_does_not_know_is_named(page: Page, app: App, path: str) -> None:
    open_page(page, f"{app.url}/{path}?colour=blue&z1=0.5")
    expect(page.get_by_test_id("stAlert")).to_have_text(
        "The address has a part this page does not know: colour=blue."
    )
    page.reload()
    expect(page.get_by_test_id("stAlert")).to_have_count(1)


def test_the_area_magnification_stands_in_the_address(page: Page, browser: Browser, app: App) -> None:
    legend = page.locator(".continuity-legend")
    open_page(page, f"{app.url}/continuity")
    expect(legend).to_have_text("")
    magnification(page)
    expect(page).to_have_url(re.compile("magnification=1"))
    page.keyboard.press("Escape")
    shown = seen(page)
    page.reload()
    expect(legend).to_contain_text("area magnification")
    expect_seen(page, shown)
    context = browser.new_context(viewport=page.viewport_size)
    other = context.new_page()
    open_page(other, page.url)
    expect_seen(other, shown)
    context.close()


def test_the_geodesic_has_the_area_magnification_unless_the_address_says_no(page: Page, app: App) -> None:
    legend = page.locator(".continuity-legend")
    open_page(page, f"{app.url}/continuity?path=geodesic")
    expect(legend).to_contain_text("area magnification")
    magnification(page)
    expect(page).to_have_url(re.compile("magnification=0"))
    page.reload()
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "false")
    expect(legend).to_have_text("")
    page.go_back()
    expect(legend).to_contain_text("area magnification")
