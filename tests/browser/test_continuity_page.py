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
from playwright.sync_api import Locator, Page, expect

from pages.components.continuity.walk import POINTS
from tests.browser.conftest import App
from tests.browser.reading import (
    CHECKPOINTS,
    assert_decoded,
    box_of,
    decoder,
    path_of,
    resize,
    wait_until_shown,
)
from vae.measure.draws import judged
from vae.measure.traversal import filmstrip
from vae.model import checkpoint
from vae.model.classifier import find_classifier
from vae.plane.pairs import shown_pairs
from vae.plane.paths import spherical, straight
from vae.serving.passes import draw

ESSENTIAL = ("sentence", "digit", "cross-fade", "filmstrip", "path-slider", "curves", "latent-map", "claim")
SCREENS = ((1280, 720), (1920, 1080))  # a projector and a large one
A, B = (-0.5, 1.25), (1.0, -1.5)
QUERY = "model=vae&path=spherical&a1=-0.5&a2=1.25&b1=1.0&b2=-1.5&t=0.25"


def open_path(page: Page, url: str) -> None:
    """Open the page and wait until path, digit and curves are there."""
    page.goto(url)
    expect_path(page)


def expect_path(page: Page) -> None:
    expect(page.get_by_test_id("latent-map")).to_have_attribute("aria-busy", "false")
    for digit in page.get_by_test_id("digit").all():
        expect(digit).to_have_attribute("data-frames", re.compile("[1-9]"))
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
    digit = page.locator("[data-own] [data-testid=digit]")
    expect(digit).to_have_attribute("data-model", "vae")
    z = spherical(A, B, POINTS)[(POINTS - 1) // 4]
    page.wait_for_function(
        """([z1, z2]) => {
            const {z1: shown1, z2: shown2} = document.querySelector("[data-own] [data-testid=digit]").dataset;
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


def test_the_next_pair_stands_in_the_address_and_moves_both_models(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity")
    before = [end_of(page, model) for model in ("autoencoder", "vae")]
    expect(page.get_by_test_id("pair")).to_have_text("You see pair 1 of 1,000, drawn by lot (seed 0).")
    page.get_by_role("button", name="Next pair").click()
    expect(page).to_have_url(re.compile("pair=2$"))
    expect(page.get_by_test_id("pair")).to_contain_text("pair 2 of 1,000")
    expect_path(page)
    for model, was in zip(("autoencoder", "vae"), before, strict=True):
        latents = checkpoint.load(path_of(model)).latents
        index = shown_pairs(latents.labels)[1, 0]
        expect_start(page, model, latents.means[index])
        assert end_of(page, model) != was


def end_of(page: Page, model: str) -> str | None:
    """Where the first frame of a model's film was decoded."""
    return lane(page, model).locator("[data-testid=filmstrip] button").first.get_attribute("data-z1")


def expect_start(page: Page, model: str, z: np.ndarray) -> None:
    first = lane(page, model).locator("[data-testid=filmstrip] button").first
    page.wait_for_function(
        """([frame, z1, z2]) => Math.hypot(frame.dataset.z1 - z1, frame.dataset.z2 - z2) < 1e-3""",
        arg=[first.element_handle(), *z.tolist()],
    )


def lane(page: Page, model: str) -> Locator:
    return page.locator(f"[data-testid=lane][data-model={model}]")


def test_both_models_walk_between_the_same_two_digits_on_one_slider(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?pair=3&t=0.25")
    assert page.get_by_test_id("lane").evaluate_all("lanes => lanes.map(({dataset}) => dataset.model)") == [
        "autoencoder",
        "vae",
    ]
    curves = page.get_by_test_id("curves")
    expect(curves.locator(".line.lane-0").first).to_be_attached()
    expect(curves.locator(".line.lane-1").first).to_be_attached()
    expect(curves.locator(".scale")).to_have_text([re.compile(r"^\d+ per σ$"), "0"])
    judge = find_classifier(CHECKPOINTS, torch.device("cpu"))
    assert judge is not None
    for model in ("autoencoder", "vae"):
        latents = checkpoint.load(path_of(model)).latents
        a, b = (latents.means[index] for index in shown_pairs(latents.labels)[2])
        for t in (0.25, 0.75):
            page.get_by_test_id("path-slider").fill(str(t))
            z = straight(a, b, POINTS)[round(t * (POINTS - 1))]
            seen = wait_until_shown(lane(page, model), tuple(z.tolist()), within=2e-4)
            assert_decoded(decoder(model), seen.z, seen.pixels)
            (verdict,) = judged(seen.pixels[None], judge)
            says = "no digit" if verdict.nothing > verdict.probability else "unclear"
            if verdict.named:
                says = f"reads {'an' if verdict.digit == 8 else 'a'} {verdict.digit}"
            expect(lane(page, model).get_by_test_id("reading")).to_contain_text(says)


def test_an_end_that_is_no_digit_is_told_and_the_other_model_takes_the_nearest(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?a1=0.5&a2=1")
    expect(page.get_by_test_id("sentence")).to_contain_text("A is no test digit: the Autoencoder walks")
    expect(page.get_by_test_id("pair")).to_have_text("You see ends of your own.")
    own, other = (checkpoint.load(path_of(model)).latents for model in ("vae", "autoencoder"))
    index = np.linalg.norm(own.means - (0.5, 1), axis=1).argmin()
    expect_start(page, "autoencoder", other.means[index])


def test_a_path_that_is_not_straight_is_seen_beside_the_straight_one(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?{QUERY}")
    path = page.get_by_test_id("path")
    expect(path.locator(".straight")).to_have_attribute("d", re.compile("^M[^M]+$"))
    assert path.locator(".straight").get_attribute("d") != path.locator(".line").get_attribute("d")
    expect(page.get_by_test_id("purpose")).to_contain_text("to keep a distance from the middle")
    page.get_by_role("radio", name="Straight").click()
    expect(path.locator(".straight")).to_have_attribute("d", "")
    expect(page.get_by_test_id("purpose")).to_contain_text("to see what lies between")


def test_one_ground_at_a_time_lies_behind_the_points(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity")
    page.get_by_role("button", name="More").click()
    page.get_by_text("Is it a digit?").first.click()
    expect(page).to_have_url(re.compile("legible=1"))
    ground = page.get_by_test_id("latent-map").locator("image").first
    expect(ground).to_be_attached()
    expect(page.locator(".continuity-legend")).to_contain_text("the less sure the classifier is")
    page.get_by_text("Area magnification", exact=True).click()
    expect(page).to_have_url(re.compile("magnification=1"))
    expect(page).not_to_have_url(re.compile("legible"))
    expect(page.locator(".continuity-legend")).to_contain_text("area magnification")


@pytest.mark.parametrize("query", ["", "&mode=axes", "&a1=0.5&a2=1"])
def test_presented_it_fits_a_projector(page: Page, app: App, query: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_presented(page, f"{app.url}/continuity?present=1{query}")
    main = page.locator(".stMain")
    assert main.evaluate(
        "main => main.scrollHeight <= main.clientHeight && main.scrollWidth <= main.clientWidth"
    )
    parts = ("sentence", "digit", "z1-slider" if "axes" in query else "path-slider")
    for part in parts:
        for each in page.get_by_test_id(part).all():
            if each.is_visible():
                expect(each).to_be_in_viewport(ratio=1)
                size = each.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
                assert size >= 20 or part != "sentence"
    expect(page.get_by_test_id("latent-map")).to_be_hidden()


def open_presented(page: Page, url: str) -> None:
    page.goto(url)
    for digit in page.locator("[data-testid=digit]:visible").all():
        expect(digit).to_have_attribute("data-frames", re.compile("[1-9]"))
    expect(page.locator("[data-own] [data-testid=digit]")).to_have_attribute(
        "data-frames", re.compile("[1-9]")
    )


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
    expect(page.locator(".continuity-legend")).to_contain_text("area magnification")
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV")[0].decode())))
    line = images_of(straight(A, B, POINTS)).reshape(POINTS, -1) / 255
    longer = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert float(rows[-1]["picture_length"]) < longer


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("a1=0.5&a2=0.5&b1=0.5&b2=0.5", "A and B are the same point"),
        ("a1=900&a2=-900&b1=0.5&b2=0.5", "A lies far outside the test digits"),
    ],
)
def test_odd_paths_are_shown_with_a_sentence(page: Page, app: App, query: str, sentence: str) -> None:
    open_path(page, f"{app.url}/continuity?{query}")
    expect(page.get_by_test_id("sentence")).to_contain_text(sentence)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_where_no_code_lives_is_told_and_hatched(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity?a1=2.5&a2=2&b1=2.5&b2=-1.5")
    told = page.get_by_test_id("path-sentence")
    expect(told).to_contain_text("% of this path leads through places where no test digit lives")
    expect(lane(page, "vae").locator(".empty i").first).to_be_visible()
    expect(page.get_by_test_id("curves").locator(".nowhere.lane-1").first).to_be_attached()


def test_the_essentials_are_on_one_screen(page: Page, app: App) -> None:
    open_path(page, f"{app.url}/continuity")
    for size in SCREENS:
        resize(page, *size)
        parts = (
            "sentence",
            "latent-map",
            "digit",
            "cross-fade",
            "path-slider",
            "filmstrip",
            "curves",
            "claim",
        )
        for part in parts:
            for each in page.get_by_test_id(part).all():
                expect(each).to_be_in_viewport(ratio=1)
        widths = {
            round(box_of(each)["width"])
            for part in ("digit", "cross-fade")
            for each in page.get_by_test_id(part).all()
        }
        assert len(widths) == 1  # decoded or blended, a picture has one size


def test_a_phone_shows_everything_in_its_width_and_the_pictures_first(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_path(page, f"{app.url}/continuity")
    bottom = 0.0
    parts = ("digit", "cross-fade", "filmstrip", "path-slider", "curves", "latent-map", "facts", "table")
    for part in parts:
        for each in page.get_by_test_id(part).all():
            box = box_of(each)
            assert box["x"] >= 0, part
            assert box["x"] + box["width"] <= 390, part
            if part in ("digit", "cross-fade", "filmstrip"):
                bottom = max(bottom, box["y"] + box["height"])
    assert bottom < box_of(page.get_by_test_id("latent-map"))["y"]
    assert bottom < 844  # at first sight
