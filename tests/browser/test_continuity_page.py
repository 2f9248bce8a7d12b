"""The continuity page in real Chromium: its address, its ends, its files, leaving it and coming back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from playwright.sync_api import Page, expect

from pages.components.continuity.walk import POINTS
from tests.browser.conftest import App
from tests.browser.reading import decoder, resize
from vae.measure.traversal import filmstrip
from vae.plane.paths import spherical, straight
from vae.serving.decoding import draw

SCREENS = ((1280, 720), (1920, 1080))  # a projector and a large one
A, B = (-0.5, 1.25), (1.0, -1.5)
QUERY = "model=vae&path=spherical&a1=-0.5&a2=1.25&b1=1.0&b2=-1.5&t=0.25"


def open_path(page: Page, url: str) -> None:
    """Open the page and wait until path, digit and curves are there."""
    page.goto(url)
    expect_path(page)


def expect_path(page: Page) -> None:
    expect(page.get_by_test_id("latent-map")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "false")


def expect_end(page: Page, end: str, point: tuple[float, float]) -> None:
    button = page.get_by_test_id(f"end-{end}")
    expect(button).to_have_attribute("data-z1", f"{point[0]:g}")
    expect(button).to_have_attribute("data-z2", f"{point[1]:g}")


def expect_view(page: Page) -> None:
    """The path of QUERY, halfway through its first half."""
    expect_end(page, "a", A)
    expect_end(page, "b", B)
    expect(page.get_by_test_id("path")).to_have_attribute("data-kind", "spherical")
    expect(page.get_by_test_id("path-slider")).to_have_value("0.25")
    digit = page.get_by_test_id("digit")
    expect(digit).to_have_attribute("data-model", "vae")
    z = spherical(A, B, POINTS)[(POINTS - 1) // 4]
    page.wait_for_function(
        """([z1, z2]) => {
            const {z1: shown1, z2: shown2} = document.querySelector("[data-testid=digit]").dataset;
            return Math.hypot(shown1 - z1, shown2 - z2) < 1e-3;
        }""",
        arg=z.tolist(),
    )


def images_of(points: np.ndarray) -> np.ndarray:
    """What torch decodes, (n, 28, 28)."""
    model = decoder("vae")
    device = next(model.parameters()).device
    return draw(model, points, torch.device(device)).reshape(-1, 28, 28)


def saved(page: Page, name: str) -> tuple[bytes, str]:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes(), download.value.suggested_filename


@pytest.mark.first_visit
def test_an_address_reproduces_ends_kind_t_and_checkpoint(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY}")
    expect_view(page)
    expect(page.get_by_role("radio", name="Spherical")).to_be_checked()
    page.reload()
    expect_path(page)
    expect_view(page)


@pytest.mark.first_visit
def test_what_is_changed_stands_in_the_address_and_back_undoes_it(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY}")
    page.get_by_role("radio", name="Straight").click()
    expect(page).not_to_have_url(re.compile("path="))  # the usual kind is not written
    expect(page.get_by_test_id("path")).to_have_attribute("data-kind", "straight")
    slider = page.get_by_test_id("path-slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"t=0\.2[5-9]\d+"))
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile("path=spherical"))
    expect_view(page)


def test_ends_are_real_digits_and_the_next_one(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity")
    end = page.get_by_test_id("end-a")
    before = end.get_attribute("data-z1")
    page.get_by_role("button", name="Next one").first.click()
    expect(end).not_to_have_attribute("data-z1", before or "")
    expect(page).to_have_url(re.compile("a1=" + re.escape(end.get_attribute("data-z1") or "?")))
    expect(page.get_by_role("combobox").first).to_have_value("A is a 1")


def test_leaving_the_page_and_coming_back_keeps_the_path(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY}")
    page.get_by_role("link", name="Latent map").click()
    expect(page.get_by_test_id("shares")).to_be_visible()
    page.get_by_role("link", name="Continuity").click()
    expect_path(page)
    expect_view(page)


def test_the_files_hold_the_path(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY}")
    points = spherical(A, B, POINTS)
    images = images_of(points).astype(int)

    content, name = saved(page, "PNG")
    assert name == "path_vae_spherical.png"
    strip = np.asarray(Image.open(io.BytesIO(content)))
    assert strip.shape == (112, 11 * 112)
    shown = strip[2::4, 2::4].reshape(28, 11, 28).swapaxes(0, 1)
    assert np.abs(shown - images[filmstrip(POINTS)]).max() <= 1  # devices round differently

    content, name = saved(page, "GIF")
    assert name == "path_vae_spherical.gif"
    frames = [
        np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(Image.open(io.BytesIO(content)))
    ]
    assert np.abs(frames[0][4::8, 4::8] - images[0]).max() <= 1
    assert np.abs(frames[len(frames) // 2][4::8, 4::8] - images[-1]).max() <= 1

    content, name = saved(page, "CSV")
    assert name == "path_vae_spherical.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(rows) == POINTS
    np.testing.assert_allclose([[float(row["z1"]), float(row["z2"])] for row in rows], points, atol=1e-4)
    assert [float(rows[0]["t"]), float(rows[-1]["t"])] == [0, 1]


def test_the_geodesic_is_drawn_and_is_shorter_in_pictures(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY.replace('spherical', 'geodesic')}")
    expect(page.get_by_test_id("path")).to_have_attribute("data-kind", "geodesic")
    expect(page.get_by_role("switch", name="Area magnification")).to_be_checked()
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV")[0].decode())))
    line = images_of(straight(A, B, POINTS)).reshape(POINTS, -1) / 255
    longer = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert float(rows[-1]["picture_length"]) < longer


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("a1=0.5&a2=0.5&b1=0.5&b2=0.5", "A and B are the same point"),
        ("a1=900&a2=-900&b1=0.5&b2=0.5", "A lies far outside the test digits"),
        ("a1=2.5&a2=2&b1=2.5&b2=-1.5", "% of this path leads through places where no test digit lives"),
    ],
)
def test_odd_paths_are_shown_with_a_sentence(page: Page, app: App, query: str, sentence: str) -> None:
    open_path(page, f"{app.url}/continuity?{query}")
    expect(page.get_by_test_id("sentence")).to_contain_text(sentence)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_essentials_are_on_one_screen(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity")
    for size in SCREENS:
        resize(page, *size)
        for part in ("sentence", "latent-map", "digit", "cross-fade", "path-slider", "filmstrip", "curves"):
            expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)


def test_a_phone_shows_everything_in_its_width(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_path(page, f"{app.url}/continuity")
    for part in ("latent-map", "digit", "cross-fade", "path-slider", "filmstrip", "curves", "facts", "table"):
        box = page.get_by_test_id(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 390, part
