"""A lesson by mouse, by keyboard, on a phone; what is locked outlives a reload; addresses to share."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.components.classroom.hidden import PARTS
from tests.browser.accessible import assert_accessible_everywhere
from tests.browser.conftest import App
from tests.browser.reading import box_of, plane
from vae.lessons.lesson import PAGES

STEP = "lesson=short.en&step="
TO_CHOOSE = f"one_digit?digit=0&{STEP}bottleneck"
TO_PIN = f"?{STEP}plane"
TO_ORDER = "completeness?beta=1&lesson=long.en&step=beta"
# beneath the maps stands one of the three, at most
NOT_ALWAYS_THERE = {f".st-key-completeness_{area}_area" for area in ("grid", "draws", "figures")}


def bar(page: Page) -> Locator:
    return page.locator(".st-key-lesson_bar")


def button(page: Page, name: str) -> Locator:
    return bar(page).get_by_role("button", name=name, exact=True)


def choose(page: Page, option: str) -> None:
    button(page, option).click()
    button(page, "Lock").click()
    button(page, "Lock it").click()
    expect(page.get_by_test_id("lesson-verdict")).to_be_visible()


def pin(page: Page, which: Locator, x: float, y: float) -> None:
    """Click at these shares of a map's width and height, once it is drawn."""
    expect(which).to_have_attribute("aria-busy", "false")
    box = box_of(which)
    which.click(position={"x": x * box["width"], "y": y * box["height"]})
    expect(bar(page).get_by_text("Your pin:")).to_be_visible()


def go_on(page: Page, concept: str) -> None:
    bar(page).get_by_role("link", name="Next →").click()
    expect(bar(page).get_by_role("heading", name=concept)).to_be_visible()
    expect(page.get_by_test_id("lesson-verdict")).to_have_count(0)


def test_a_whole_lesson_by_mouse(page: Page, app: App) -> None:
    page.goto(f"{app.url}/classroom")
    page.get_by_role("link", name="Start “A latent space in ten minutes” →").click()
    expect(bar(page)).to_contain_text("Step 1 of 5")
    expect(page).to_have_url(re.compile(rf"/one_digit\?digit=0&{STEP}bottleneck$"))
    choose(page, "For about half")
    expect(page.get_by_test_id("lesson-verdict")).to_have_text("Not quite. Right is: For more than 9 in 10.")
    expect(bar(page).locator(".katex")).to_be_visible()
    expect(bar(page)).to_contain_text("Hinton & Salakhutdinov 2006")
    go_on(page, "The plane")
    expect(button(page, "Lock this pin")).to_be_disabled()
    pin(page, plane(page), 0.34, 0.62)
    button(page, "Lock this pin").click()
    button(page, "Lock it").click()
    expect(page.get_by_test_id("lesson-verdict")).to_have_text("Yes, that is right.")  # a 0 lives there
    go_on(page, "Autoencoder against VAE")
    expect(page).to_have_url(re.compile("model=autoencoder"))
    choose(page, "They spread far out")
    go_on(page, "Completeness")
    choose(page, "In about 3 of 4")
    go_on(page, "Posterior collapse")
    pin(page, plane(page).last, 0.2, 0.8)
    button(page, "Lock this pin").click()
    button(page, "Change it").click()
    pin(page, plane(page).last, 0.5, 0.5)
    button(page, "Lock this pin").click()
    button(page, "Lock it").click()
    expect(page.get_by_test_id("lesson-verdict")).to_have_text("Yes, that is right.")
    expect(bar(page).get_by_role("link", name="Next →")).to_have_count(0)
    bar(page).get_by_role("link", name="← Back").click()
    expect(bar(page).get_by_role("heading", name=re.compile("^Completeness"))).to_be_visible()
    expect(page.get_by_test_id("lesson-locked")).to_have_count(1)  # the step that was left is gone
    expect(page.get_by_test_id("lesson-locked")).to_have_text("You said: In about 3 of 4")
    button(page, "Leave the lesson").click()
    expect(bar(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("/completeness"))
    expect(page).not_to_have_url(re.compile("lesson|step"))


def test_what_is_locked_outlives_a_reload(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{TO_CHOOSE}")
    button(page, "For about half").click()
    page.reload()
    expect(button(page, "Lock")).to_be_disabled()  # what was only chosen is forgotten
    choose(page, "For about 1 in 10")
    page.reload()
    expect(page.get_by_test_id("lesson-verdict")).to_contain_text("Not quite.")
    expect(page.get_by_test_id("lesson-locked")).to_have_text("You said: For about 1 in 10")
    expect(button(page, "Lock")).to_have_count(0)
    page.goto(f"{app.url}/{TO_PIN}")
    expect(button(page, "Lock this pin")).to_be_visible()
    expect(page.get_by_test_id("lesson-locked")).to_have_count(0)


def test_what_is_no_answer_is_not_recalled(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{TO_CHOOSE}")
    for kept in ('"0"', "[0]", "7", "{", "true"):
        page.evaluate("kept => sessionStorage.setItem('latent-atlas-lesson short.en bottleneck', kept)", kept)
        page.reload()
        expect(button(page, "Lock")).to_be_disabled()
        choose(page, "For more than 9 in 10")
        expect(page.get_by_test_id("lesson-verdict")).to_have_text("Yes, that is right.")


def test_items_are_ordered_and_locked_by_keyboard(page: Page, app: App) -> None:
    page.goto(f"{app.url}/{TO_ORDER}")
    items = bar(page).locator("ol span")
    wanted = ["β = 0.1", "β = 1", "β = 8", "β = 32"]
    expect(items).to_have_count(4)
    for place, item in enumerate(wanted):
        for _ in range(items.all_inner_texts().index(item) - place):
            button(page, f"Move up: {item}").focus()
            page.keyboard.press("Enter")
    expect(items).to_have_text(wanted)
    button(page, "Lock this order").focus()
    page.keyboard.press("Enter")
    expect(button(page, "Lock it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # changes it once more: nothing is lost
    expect(items).to_have_text(wanted)
    button(page, "Lock this order").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("lesson-locked")).to_be_focused()
    expect(page.get_by_test_id("lesson-verdict")).to_have_text("Yes, that is right.")


def test_by_finger_on_a_phone(phone: Page, app: App) -> None:
    phone.goto(f"{app.url}/one_digit?digit=0&lesson=short.de&step=bottleneck")
    expect(bar(phone).get_by_role("button", name="Festlegen", exact=True)).to_be_visible()
    for each in bar(phone).locator("button, a").all():
        assert box_of(each)["height"] >= 43.9, each.inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert bar(phone).locator("[lang=de]").count() > 0
    bar(phone).get_by_role("button", name="Bei mehr als 9 von 10").tap()
    bar(phone).get_by_role("button", name="Festlegen", exact=True).tap()
    bar(phone).get_by_role("button", name="Jetzt festlegen").tap()
    expect(phone.get_by_test_id("lesson-verdict")).to_have_text("Ja, das stimmt.")
    bar(phone).get_by_role("link", name="Weiter →").tap()
    expect(bar(phone)).to_contain_text("Schritt 2 von 5")


@pytest.mark.parametrize("name", PAGES)
def test_a_part_that_a_step_may_hide_is_there(page: Page, app: App, name: str) -> None:
    page.goto(f"{app.url}/{'' if name == 'latent_map' else name}")
    selectors = {each for parts in PARTS[name].values() for each in parts}
    for selector in selectors - NOT_ALWAYS_THERE:
        expect(page.locator(f".stMain {selector}").first).to_be_attached()


def test_a_step_hides_what_it_does_not_need_and_leaving_shows_it(page: Page, app: App) -> None:
    page.goto(f"{app.url}/completeness?law=prior&{STEP}completeness")
    expect(plane(page).last).to_have_attribute("aria-busy", "false")
    expect(page.locator(".share-bar").first).to_be_hidden()
    expect(page.get_by_test_id("sentence")).to_be_hidden()  # it would tell the answer
    button(page, "Leave the lesson").click()
    expect(page.locator(".share-bar").first).to_be_visible()


@pytest.mark.parametrize("path", ["classroom", TO_CHOOSE, TO_PIN, TO_ORDER])
def test_axe_finds_nothing(page: Page, app: App, path: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app.url}/{path}")
    if path == "classroom":
        expect(page.get_by_role("link", name=re.compile("^Start")).first).to_be_visible()
    else:
        expect(plane(page).last).to_have_attribute("aria-busy", "false")
        expect(bar(page).get_by_role("button", name=re.compile("^Lock"))).to_be_visible()
    assert_accessible_everywhere(page)


def test_the_address_of_what_is_seen_is_shared(page: Page, app: App) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{app.url}/?z1=1.5&z2=0.5&present=1&{STEP}plane")
    wanted = f"{app.url}/?z1=1.5&z2=0.5&{STEP}plane"
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Address of what is seen")).to_have_value(wanted)
    code = page.get_by_role("img", name="QR code of the address")
    expect(code).to_be_visible()
    page.wait_for_function("code => code.complete && code.naturalWidth > 0", arg=code.element_handle())
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == wanted
