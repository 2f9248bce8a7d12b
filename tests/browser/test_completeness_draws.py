"""Draws from the prior, below the maps, in a real browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.below import FEW, drag_to, expect_digit_at, open_page, rung
from tests.browser.conftest import App
from tests.browser.reading import CHECKPOINTS, assert_decoded, decoder
from vae.device import choose_device
from vae.measure.draws import drawn, judged
from vae.model import ladder
from vae.model.classifier import find_classifier
from vae.plane.linking import carried


def test_draws_of_the_autoencoder_stay_valid_when_coordinates_link(page: Page, app: App) -> None:
    open_page(page, app, beta=1, link="coordinates")
    drag_to(page, 8)
    sections = page.locator(".prior-draws section")
    expect(sections.nth(1)).to_have_attribute("aria-busy", "true")
    expect(sections.nth(0)).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
def test_draws_are_what_torch_decodes_and_the_classifier_says(page: Page, app: App, link: str) -> None:
    open_page(page, app, beta=2, link=link, seed=3)
    right = drawn(FEW, 3)
    left = carried(right, rung(2).latents.means, rung(0).latents.means) if link == "quantiles" else right
    classifier = find_classifier(CHECKPOINTS, choose_device())
    assert classifier is not None
    for beta, points, section in ((0.0, left, 0), (2.0, right, 1)):
        thumbnails = page.locator(f'[data-testid=draw][data-model="{ladder.name(beta)}"]')
        read = thumbnails.evaluate_all(
            """buttons => buttons.map(button => ({
                z: [Number(button.dataset.z1), Number(button.dataset.z2)],
                words: [...button.querySelectorAll("b, span")].map(part => part.textContent),
                grey: [...button.querySelector("canvas").getContext("2d").getImageData(0, 0, 28, 28).data]
                    .filter((_, i) => i % 4 === 0),
            }))"""
        )
        np.testing.assert_allclose([each["z"] for each in read], points, rtol=0, atol=1e-6)
        pictures = np.array([each["grey"] for each in read], dtype=np.uint8)
        assert_decoded(decoder(ladder.name(beta)), points, pictures)
        verdicts = judged(pictures, classifier)
        for each, verdict in zip(read, verdicts, strict=True):
            above, below = each["words"]
            none = not verdict.named and verdict.nothing > verdict.probability
            assert above == (str(verdict.digit) if verdict.named else "no digit" if none else "unclear")
            said = int(re.search(r"(\d+) %", below).group(1))  # type: ignore[union-attr]
            assert said == pytest.approx(100 * (verdict.nothing if none else verdict.probability), abs=1)
        named = sum(verdict.named for verdict in verdicts)
        sentence = page.locator(".prior-draws section").nth(section).locator("h3")
        expect(sentence).to_contain_text(f"{named} of {FEW} draws are named")


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
@pytest.mark.parametrize("beta", [1, 32])  # where an axis collapsed, quantiles stretch the last decimal
def test_a_draw_goes_to_its_place_by_click_and_by_key(page: Page, app: App, link: str, beta: float) -> None:
    open_page(page, app, beta=beta, link=link)
    points = drawn(FEW, 0)
    sections = page.locator(".prior-draws section").all()
    draws = sections[1].get_by_test_id("draw")
    for section, index in ((sections[0], 4), (sections[1], 2)):
        section.get_by_test_id("draw").nth(index).click()
        expect(page.get_by_test_id("latent-map").nth(1)).to_be_in_viewport()
        for each in sections:  # it is the same draw in both
            expect(each.get_by_test_id("draw").nth(index)).to_have_attribute("aria-current", "true")
            expect(each.locator("[aria-current=true]")).to_have_count(1)
    expect_digit_at(page, "right", (points[2, 0], points[2, 1]))
    draws.nth(2).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect_digit_at(page, "right", (points[3, 0], points[3, 1]))
