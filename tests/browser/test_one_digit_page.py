"""The page of one digit as a whole: what it says of an image is what the back end computes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.reading import resize
from vae.bench.server import ROOT, App
from vae.data import binarised_test_images, load_mnist
from vae.measure import belonging
from vae.measure.account import account
from vae.measure.outlook import outlook
from vae.model.checkpoint import load

RUNG = "beta-4"
FILE = ROOT / "checkpoints" / "ladder" / f"{RUNG}.pt"


def opened(page: Page, app: App, query: str = "") -> None:
    page.goto(f"{app.url}/one_digit?{query}")
    expect(page.get_by_test_id("latent-map")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"[−-]?\d+\.\d+", text)]


@pytest.mark.parametrize("digit", [0, 33])
def test_the_account_on_the_page_is_the_back_ends(page: Page, app: App, mnist: Path, digit: int) -> None:
    opened(page, app, f"model={RUNG}&digit={digit}")
    loss = page.locator(".loss")
    expect(loss).to_contain_text("amortisation gap")
    model = load(FILE).build()
    image = binarised_test_images(torch.from_numpy(load_mnist("test", mnist).images))[digit]
    known = account(model, image, outlook(model.decode))
    said = numbers(loss.inner_text())
    for name in ("reconstruction", "kl", "amortisation_gap", "approximation_gap"):
        assert any(abs(number - getattr(known, name)) < 0.02 for number in said), name
    for number in (-known.log_likelihood, -known.elbo):
        assert any(abs(one - number) < 0.02 for one in said)


def test_where_the_image_stands_among_the_digits_is_the_records(page: Page, app: App, mnist: Path) -> None:
    opened(page, app, "model=autoencoder&digit=33")
    checkpoint = load(ROOT / "checkpoints" / "autoencoder.pt")
    scores = belonging.load(checkpoint, ROOT / "checkpoints" / "autoencoder.scores.npz")
    assert scores is not None
    among = scores.reconstruction["test"]
    percent = belonging.percentile(float(among[33]), among)
    expect(page.locator(".belonging")).to_contain_text(f"than {percent:.0f} % of the test digits")
    expect(page.get_by_test_id("redrawn")).to_contain_text(re.compile(r"reads \d+ %"))


def test_back_and_forward_go_through_images_models_and_examples(page: Page, app: App) -> None:
    opened(page, app)
    source = page.get_by_test_id("input")
    first = source.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile("digit=1"))
    page.get_by_role("radio", name="Autoencoder").click()
    expect(page).to_have_url(re.compile("model=autoencoder"))
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
    # Back while the page still runs may be lost: what components tell then has the address from before.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.go_back()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "vae")
    page.go_back()
    expect(page).not_to_have_url(re.compile("digit="))
    page.wait_for_function(
        "first => document.querySelector('[data-testid=input]').toDataURL() === first", arg=first
    )
    page.go_forward()
    expect(page).to_have_url(re.compile("digit=1"))


def test_the_answer_comes_after_the_choice_by_keyboard(page: Page, app: App) -> None:
    opened(page, app, "ask=1")
    expect(page.get_by_text("what happens to the ellipse?")).to_be_visible()
    expect(page.get_by_test_id("answer-half")).to_have_count(0)
    choice = page.get_by_role("radio", name="It shrinks").or_(page.get_by_role("button", name="It shrinks"))
    choice.focus()
    page.keyboard.press("Space")
    expect(page.get_by_test_id("answer-half")).to_contain_text("Of 1,000 digits it grows for")


def test_no_width_scrolls_sideways(page: Page, app: App) -> None:
    opened(page, app, f"model={RUNG}&ask=1")
    expect(page.locator(".loss")).to_contain_text("KL divergence")
    for width, height in ((390, 844), (640, 800), (768, 1024), (1024, 768), (1920, 1080)):
        resize(page, width, height)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width


def test_a_projector_shows_the_machine_without_scrolling(page: Page, app: App) -> None:
    resize(page, 1024, 768)
    opened(page, app, "present")
    page.wait_for_function("document.querySelector('.stMain').scrollHeight <= innerHeight + 1")
    sizes = page.evaluate(
        """[...document.querySelectorAll(".machine .formula b, .machine .formula p, .machine h2")].map(
            (part) => parseFloat(getComputedStyle(part).fontSize))"""
    )
    assert np.min(sizes) >= 16


def test_while_the_plane_is_looked_around_nobody_has_to_wait(
    context: BrowserContext, mortal_app: App
) -> None:
    page = context.new_page()
    opened(page, mortal_app)
    looking = page.get_by_test_id("looking")
    expect(looking).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile("digit=1"))
    expect(looking).to_be_visible()  # it takes seconds, and the choice of another image is not among them
    expect(page.locator(".loss")).to_contain_text("amortisation gap")
    expect(looking).to_have_count(0)
