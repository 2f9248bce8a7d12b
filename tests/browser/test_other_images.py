"""Models of other images in a real browser: classes with names, and images without labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, running
from tests.browser.reading import open_map, plane, wait_until_shown
from tests.serving import copy_project, write_checkpoint
from vae.model.checkpoint import Latents, load, save

MEANS = np.random.default_rng(1).normal(size=(60, 2)).astype(np.float32)
NAMES = ("Circle", "Ankle boot", "<b>Bag</b>")


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app with a model of named classes, one of images without labels, and one of digits; no judge."""
    root = copy_project(tmp_path_factory.mktemp("others"))
    for name, classes in (("named", NAMES), ("plain", ())):
        path = root / "checkpoints" / f"{name}.pt"
        write_checkpoint(path, digits=60)
        made = load(path)
        labels = (np.arange(60) % max(len(classes), 1)).astype(np.uint8)
        latents = Latents(MEANS, made.latents.log_variances, labels)
        save(replace(made, latents=latents, dataset="own-0123456789ab", classes=classes), path)
    write_checkpoint(root / "checkpoints" / "vae.pt", digits=60)
    yield from running(root.parent / "others.log", root)


def test_the_map_has_a_switch_and_a_place_for_every_class(page: Page, others: App) -> None:
    open_map(page, f"{others.url}/?model=named")
    buttons = page.locator(".latent-map-legend button")
    expect(buttons).to_have_text(NAMES)
    expect(page.locator(".names text")).to_have_text(NAMES)
    expect(page.get_by_test_id("live-vote")).to_have_text(re.compile("Vote of codes: |No code lives near"))
    page.get_by_role("button", name="Ankle boot", exact=True).click()
    expect(page.locator(".names text")).to_have_text([NAMES[0], NAMES[2]])
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Is it a digit?")).to_have_count(0)


def test_a_code_of_a_class_is_said_to_be_of_it(page: Page, others: App) -> None:
    z1, z2 = (round(value, 4) for value in MEANS[4].tolist())
    open_map(page, f"{others.url}/?model=named&z1={z1}&z2={z2}")
    wait_until_shown(page, (z1, z2))
    expect(page.get_by_test_id("followed")).to_contain_text("Test image 4, Ankle boot")
    voted = re.compile(r"Vote of codes: (Circle|Ankle boot|<b>Bag</b>), \d+ of 50")
    expect(page.get_by_test_id("live-vote")).to_have_text(voted)
    expect(page.locator(".latent-map-spoken")).to_contain_text(voted)


def test_another_model_brings_its_own_legend(page: Page, others: App) -> None:
    open_map(page, f"{others.url}/?model=named")
    buttons = page.locator(".latent-map-legend button")
    buttons.nth(0).click()
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "false")
    choose(page, "VAE (plain)")
    expect(buttons).to_have_count(0)
    expect(page.locator(".names text")).to_have_count(0)
    expect(page.get_by_test_id("shares")).to_have_count(0)
    choose(page, "VAE")
    expect(buttons).to_have_text(list("0123456789"))
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".names text").first).to_have_text(re.compile(r"^\d$"))


def choose(page: Page, title: str) -> None:
    page.get_by_role("radio", name=title, exact=True).click()
    expect(plane(page)).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("model", ["named", "plain"])
def test_the_machine_opens_for_an_image(page: Page, others: App, model: str) -> None:
    page.goto(f"{others.url}/one_digit?model={model}&digit=1")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    said = "Redrawn image 1, Ankle boot:" if model == "named" else "Redrawn image 1:"
    expect(page.get_by_test_id("sentence")).to_contain_text(said)
    expect(page.get_by_test_id("mu1")).to_have_attribute("data-value", re.compile(r"\d"))
    expect(page.get_by_test_id("digit").first).to_have_attribute("data-frames", re.compile("[1-9]"))
    expect(page.locator(".names text")).to_have_text(NAMES if model == "named" else [])
    expect(page.get_by_text("Does it belong?")).to_have_count(0)


def test_a_walk_has_no_judge_and_no_curve_of_its_readings(page: Page, others: App) -> None:
    page.goto(f"{others.url}/continuity?model=named")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.locator(".latent-map-legend button")).to_have_text(NAMES)
    expect(page.get_by_text("Real images near the path")).to_be_visible()
    expect(page.get_by_text("What the judge reads", exact=True)).to_be_hidden()
    expect(page.get_by_test_id("lane")).to_have_count(2)
    expect(page.get_by_test_id("pair")).to_have_text("You see pair 1 of 1,000, drawn by lot (seed 0).")
