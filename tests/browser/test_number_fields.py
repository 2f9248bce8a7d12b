"""Fields for numbers, in a fresh page: what is no number leaves the old one, a comma is a decimal sign."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from pages.components.frame.numbers import typed_number
from pages.components.mount.assets import asset_base
from tests.browser.reading import open_map
from vae.bench.server import App


def typed(field: Locator, text: str) -> None:
    """Typed over what stands there, key by key, and left by the Tab key."""
    field.click()
    field.press("ControlOrMeta+a")
    field.press("Delete")
    field.press_sequentially(text)
    field.press("Tab")


def expect_old_and_new(
    page: Page, field: Locator, old: str, new: str, address: str, said: Locator | None = None
) -> None:
    """Emptied and mistyped, the field keeps `old`; `new` has a comma, the address a point."""
    said = said or page.get_by_test_id("stToast")
    expect(field).to_have_value(old)
    before = page.url
    typed(field, "")
    expect(field).to_have_value(old)
    typed(field, "one")
    expect(said).to_contain_text("“one” is not a number from")
    expect(field).to_have_value(old)
    assert page.url == before
    typed(field, new)
    expect(field).to_have_value(new.replace(",", "."))
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_on_the_map(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0.5&z2=-1.25")
    field = page.get_by_role("textbox", name="z2", exact=True)
    expect_old_and_new(page, field, "-1.25", "2,5", "z1=0.5&z2=2.5", page.locator(".digit-typed p"))


TYPED = {
    "2,5": 2.5,
    "-1000": -1000,
    "\N{MINUS SIGN}.75": -0.75,
    " 1e-2 ": 0.01,
    "0.00004": 0,
    "": None,
    " ": None,
    "1001": None,
    "two": None,
    "1,000.5": None,
    "Infinity": None,
    "0x10": None,
}


def test_what_is_typed_on_the_map_is_read_as_everywhere_else(page: Page, app: App) -> None:
    open_map(page, app.url)
    found = page.evaluate(
        """async ([module, texts]) => {
            const {typedNumber} = await import(module);
            return texts.map(typedNumber);
        }""",
        [f"/{asset_base()}latent_map/typed.js", [*TYPED]],
    )
    assert found == [*TYPED.values()]
    assert found == [typed_number(text, -1000, 1000) for text in TYPED]


def test_of_an_end_of_the_path(page: Page, app: App) -> None:
    page.goto(f"{app.url}/continuity?a1=0.5&a2=1&b1=-1&b2=-1")
    page.get_by_role("button", name="More").click()
    expect_old_and_new(page, page.get_by_label("B, z1"), "-1", "-0,75", "b1=-0.75&b2=-1.0")


def test_of_the_grids_reach(page: Page, app: App) -> None:
    page.goto(f"{app.url}/completeness?sigmas=3")
    expect_old_and_new(page, page.get_by_label("Reach in σ"), "3", "2,5", "sigmas=2.5")


def test_a_number_is_taken_by_either_key(page: Page, app: App) -> None:
    open_map(page, app.url)
    field = page.get_by_role("textbox", name="z1", exact=True)
    for key, number in (("Enter", "1,5"), ("Tab", "2,5")):
        field.fill(number)
        field.press(key)
        expect(page).to_have_url(re.compile(f"z1={number.replace(',', '.')}"))
        expect(field).to_have_value(number.replace(",", "."))
