"""The latent map as a page: its address, its visitors, typed points, the panel, files that are damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, App, running
from tests.browser.reading import Sockets, resize
from tests.serving import copy_project
from vae.bench.server import running_app
from vae.model import checkpoint as checkpoints
from vae.serving.passes import draw

SCREENS = ((1280, 720), (1024, 768), (1920, 1080))  # a projector, an old one, a large one


def open_map(page: Page, url: str) -> None:
    """Open the page and wait until map, digit and panel are there."""
    page.goto(url)
    expect(page.get_by_test_id("latent-map")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))
    expect(page.get_by_test_id("shares")).to_be_visible()


def expect_pin(page: Page, z1: float, z2: float) -> None:
    """The point in the digit, in the typed fields and in the address."""
    digit = page.get_by_test_id("digit")
    expect(digit).to_have_attribute("data-z1", str(z1))
    expect(digit).to_have_attribute("data-z2", str(z2))
    expect(page.get_by_role("textbox", name="z1", exact=True)).to_have_value(f"{z1:g}")
    expect(page.get_by_role("textbox", name="z2", exact=True)).to_have_value(f"{z2:g}")
    expect(page).to_have_url(re.compile(rf"z1={re.escape(str(float(z1)))}&z2={re.escape(str(float(z2)))}"))


def nearest_labels(name: str, z: tuple[float, float], k: int = 10) -> list[str]:
    latents = checkpoints.load(ROOT / "checkpoints" / f"{name}.pt").latents
    order = np.argsort(((latents.means - z) ** 2).sum(1), kind="stable")
    return [str(label) for label in latents.labels[order[:k]]]


def expect_neighbours(page: Page, name: str, z: tuple[float, float]) -> None:
    expect(page.get_by_test_id("neighbours").locator("figcaption")).to_have_text(nearest_labels(name, z))


def click_map(page: Page, right: float, down: float) -> None:
    """Click the map at a share of its width and height."""
    box = page.get_by_test_id("latent-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])


@pytest.mark.first_visit
def test_a_click_fills_the_panel_and_a_reload_shows_it_again(page: Page, app: App) -> None:
    open_map(page, app.url)
    click_map(page, 0.3, 0.75)
    expect(page).to_have_url(re.compile("z1="))
    address = parse_qs(urlsplit(page.url).query)
    z = float(address["z1"][0]), float(address["z2"][0])
    expect_pin(page, *z)
    expect_neighbours(page, "vae", z)
    page.get_by_role("radio", name="Autoencoder").click()
    expect(page).to_have_url(re.compile("model=autoencoder"))
    expect_neighbours(page, "autoencoder", z)

    open_map(page, page.url)  # as whoever gets the link does
    expect_pin(page, *z)
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
    expect_neighbours(page, "autoencoder", z)


@pytest.mark.first_visit
def test_back_returns_to_the_point_before(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?model=vae&z1=0.5&z2=-1.0")
    page.get_by_role("textbox", name="z1", exact=True).fill("1.25")
    page.get_by_role("textbox", name="z1", exact=True).press("Enter")
    expect_pin(page, 1.25, -1)
    page.go_back()
    expect_pin(page, 0.5, -1)
    expect_neighbours(page, "vae", (0.5, -1.0))
    page.go_forward()
    expect_pin(page, 1.25, -1)


@pytest.mark.first_visit  # whose history is short: it holds fifty entries
def test_pins_ask_python_for_nothing_until_the_hand_leaves_the_map(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_map(page, f"{app.url}/?model=autoencoder&z1=0.5&z2=-1.0&manifold=1")
    page.wait_for_load_state("networkidle")
    entries, reruns = page.evaluate("history.length"), sockets.reruns
    pins = []
    for right, down in ((0.3, 0.75), (0.6, 0.3), (0.45, 0.55)):
        before = page.url
        click_map(page, right, down)
        page.wait_for_url(lambda url, before=before: url != before)
        address = parse_qs(urlsplit(page.url).query)
        pins.append((float(address["z1"][0]), float(address["z2"][0])))
        expect_neighbours(page, "autoencoder", pins[-1])
        assert address["model"] == ["autoencoder"]
        assert address["manifold"] == ["1"]
    assert sockets.reruns == reruns
    assert page.evaluate("history.length") == entries + len(pins)
    written = page.url
    page.get_by_role("radio", name="VAE").click()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "vae")
    expect_neighbours(page, "vae", pins[-1])
    expect(page).to_have_url(re.compile(rf"\?z1={pins[-1][0]}&z2={pins[-1][1]}&manifold=1$"))
    assert page.evaluate("history.length") == entries + len(pins) + 1
    page.go_back()
    expect(page).to_have_url(written)
    expect_pin(page, *pins[-1])
    page.go_back()
    expect_pin(page, *pins[-2])
    expect_neighbours(page, "autoencoder", pins[-2])


def test_back_after_a_pin_that_python_never_heard_of(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0.5&z2=-1.0")
    click_map(page, 0.3, 0.75)
    page.wait_for_url(lambda url: "z1=0.5" not in url)
    pinned = pin_of(page)
    page.evaluate("history.back()")  # by a gesture or a key: no hand leaves the map
    expect_pin(page, 0.5, -1)
    expect_neighbours(page, "vae", (0.5, -1.0))
    page.evaluate("history.forward()")
    expect_pin(page, *pinned)


def test_the_keyboard_pins_and_goes_on_to_a_control(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0.5&z2=-1.0")
    page.get_by_test_id("latent-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "z1=0.5&" not in url)
    pinned = pin_of(page)
    page.get_by_role("switch", name="Decoded plane").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(rf"z1={pinned[0]}&z2={pinned[1]}&manifold=1$"))
    expect_pin(page, pinned[0], -1)


def pin_of(page: Page) -> tuple[float, float]:
    address = parse_qs(urlsplit(page.url).query)
    return float(address["z1"][0]), float(address["z2"][0])


def test_the_door_opens_the_followed_digit_without_loading_the_app_anew(
    page: Page, app: App, mnist: Path
) -> None:
    open_map(page, f"{app.url}/?model=autoencoder&z1=0.5&z2=-1.0")
    page.evaluate("window.theSame = true")
    click_map(page, 0.6, 0.3)
    page.wait_for_url(lambda url: "z1=0.5" not in url)
    pinned = pin_of(page)
    means = checkpoints.load(ROOT / "checkpoints" / "autoencoder.pt").latents.means
    index = int(np.argmin(((means - pinned) ** 2).sum(1)))
    door = page.get_by_role("link", name="Open this digit")
    expect(door).to_have_attribute("href", f"{app.url}/one_digit?model=autoencoder&digit={index}")
    door.click()
    expect(page).to_have_url(f"{app.url}/one_digit?model=autoencoder&digit={index}")
    expect(page.get_by_test_id("digit").first).to_be_visible()
    assert page.evaluate("window.theSame")
    page.go_back()
    expect_pin(page, *pinned)
    expect(page.get_by_test_id("shares")).to_be_visible()


def test_without_the_originals_no_door_leads_to_another_image(page: Page, tmp_path: Path) -> None:
    """The page of one digit shows scikit-learn's digits then."""
    with running_app(ROOT, environment={"LATENT_ATLAS_DATA": str(tmp_path)}) as app:
        open_map(page, f"{app.url}/?z1=0.5&z2=-1.0")
        expect(page.locator(".map-panel")).to_have_attribute("aria-busy", "false")
        expect(page.get_by_test_id("followed")).to_contain_text("Test digit")
        expect(page.locator(".map-panel-door")).to_be_hidden()
        page.goto("about:blank")


def test_behind_the_door_the_map_is_as_it_was_left(page: Page, app: App, mnist: Path) -> None:
    """Its link in the header, too, holds the pin, which Python had not heard of before."""
    open_map(page, app.url)
    click_map(page, 0.6, 0.3)
    page.wait_for_url(lambda url: "z1=" in url)
    pinned = pin_of(page)
    page.get_by_role("link", name="Open this digit").click()
    expect(page).to_have_title("One digit – Latent Atlas")
    page.get_by_role("link", name="Latent map").click()
    expect_pin(page, *pinned)


def test_typed_coordinates_pin_a_point(page: Page, app: App) -> None:
    open_map(page, app.url)
    page.get_by_role("textbox", name="z1", exact=True).fill("-1.5")
    page.get_by_role("textbox", name="z1", exact=True).press("Enter")
    expect_pin(page, -1.5, 0)
    page.get_by_role("textbox", name="z2", exact=True).fill("0.75")
    page.get_by_role("textbox", name="z2", exact=True).press("Enter")
    expect_pin(page, -1.5, 0.75)
    expect_neighbours(page, "vae", (-1.5, 0.75))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("z1=nan&z2=0.5", "z1 = nan"),
        ("z1=1&z2=%3Cimg%20src%3Dx%3E", "z2 = <img src=x>"),
        ("model=gan", "model = gan"),
    ],
)
def test_a_broken_address_is_one_sentence_and_the_page_works(
    page: Page, app: App, query: str, named: str
) -> None:
    open_map(page, f"{app.url}/?{query}")
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text(f"The address asks for {named}")
    click_map(page, 0.6, 0.3)  # not in the middle, where z1 is 0 whatever the address says
    expect(page).to_have_url(re.compile(r"\?z1=-?\d+\.\d+&z2=-?\d+\.\d+$"))
    expect(page.get_by_role("textbox", name="z1", exact=True)).to_have_value(re.compile(r"[1-9]"))


def test_two_visitors_do_not_see_each_others_point(browser: Browser, app: App) -> None:
    first, second = (browser.new_context().new_page() for _ in range(2))
    open_map(first, f"{app.url}/?z1=1.5&z2=0.5")
    open_map(second, f"{app.url}/?model=autoencoder&z1=-0.5&z2=-2.0")
    first.get_by_role("textbox", name="z1", exact=True).fill("2")
    first.get_by_role("textbox", name="z1", exact=True).press("Enter")
    expect_pin(first, 2, 0.5)
    expect_pin(second, -0.5, -2)
    second.get_by_role("textbox", name="z2", exact=True).fill("0.25")
    second.get_by_role("textbox", name="z2", exact=True).press("Enter")
    expect_pin(second, -0.5, 0.25)
    expect_pin(first, 2, 0.5)
    expect_neighbours(first, "vae", (2, 0.5))
    expect_neighbours(second, "autoencoder", (-0.5, 0.25))
    for page in (first, second):
        page.context.close()


def test_the_downloaded_png_is_the_digit_at_the_pin(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0.5&z2=-1.25")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "digit_vae_0.5_-1.25.png"
    picture = np.asarray(Image.open(download.value.path()).convert("L"))
    assert picture.shape == (560, 560)
    saved = checkpoints.load(ROOT / "checkpoints" / "vae.pt")
    expected = draw(saved.build(), np.array([[0.5, -1.25]], np.float32), torch.device("cpu"))[0].reshape(
        28, 28
    )
    assert np.abs(picture[10::20, 10::20].astype(int) - expected).max() <= 1  # devices round differently
    assert (picture == np.kron(picture[10::20, 10::20], np.ones((20, 20), np.uint8))).all()
    assert download.value.suggested_filename == "digit_vae_0.5_-1.25.png"


def test_the_essentials_are_on_one_screen(page: Page, app: App) -> None:
    open_map(page, app.url)
    for size in SCREENS:
        resize(page, *size)
        for part in ("latent-map", "digit", "facts", "neighbours"):
            expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
        for field in ("z1", "z2"):
            expect(page.get_by_role("textbox", name=field, exact=True)).to_be_in_viewport(ratio=1)


def test_no_control_above_the_map_is_cut_off(page: Page, app: App) -> None:
    open_map(page, app.url)
    controls = page.locator(
        ".st-key-header_controls :is([role=radio], [data-testid=stCheckbox], [data-testid=stPopover])"
    )
    expect(controls).to_have_count(5)
    beyond = """controls => {
        const line = document.querySelector(".st-key-header_controls").getBoundingClientRect();
        const far = Math.max(...controls.map((control) => control.getBoundingClientRect().right));
        return far - Math.min(line.right, innerWidth);
    }"""
    for width in (390, 640, 700, 768, 832, 900, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert controls.evaluate_all(beyond) < 1, width


def test_on_a_phone_map_digit_and_panel_follow_each_other(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_map(page, app.url)
    boxes = [page.get_by_test_id(part).bounding_box() for part in ("latent-map", "digit", "facts", "figures")]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    assert len(tops) == 4
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_jumps_when_the_point_changes(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0.0&z2=0.0")
    parts = ("latent-map", "digit", "facts", "neighbours", "shares", "figures")

    def places() -> list[object]:
        return [page.get_by_test_id(part).bounding_box() for part in parts]

    before = places()
    for z1 in ("3.1234", "900", "-0.0001"):
        page.get_by_role("textbox", name="z1", exact=True).fill(z1)
        page.get_by_role("textbox", name="z1", exact=True).press("Enter")
        expect(page.get_by_test_id("digit")).to_have_attribute("data-z1", z1)
        expect_neighbours(page, "vae", (float(z1), 0.0))
        assert places() == before


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[App]:
    """An app whose vae.pt was cut off half-way."""
    copy_project(tmp_path, "checkpoints")
    file = tmp_path / "checkpoints" / "vae.pt"
    file.write_bytes(file.read_bytes()[:100_000])
    yield from running(tmp_path / "log", tmp_path)


@pytest.mark.first_visit
def test_a_damaged_checkpoint_is_named_and_the_other_works(page: Page, damaged: App) -> None:
    open_map(page, damaged.url)
    expect(page.get_by_test_id("stAlert")).to_contain_text("vae.pt is damaged")
    click_map(page, 0.4, 0.4)
    expect(page).to_have_url(re.compile(r"\?z1="))
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
