"""Random places, below the maps, in a real browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.below import FEW, drag_to, expect_digit_at, open_page, rung
from tests.browser.conftest import App
from tests.browser.reading import CHECKPOINTS, assert_decoded, decoder
from vae.device import choose_device
from vae.measure.draws import JUDGED, LAWS, Law, drawn, judged
from vae.model import ladder
from vae.model.classifier import find_classifier


def test_draws_of_the_autoencoder_do_not_depend_on_the_slider(page: Page, app: App) -> None:
    open_page(page, app, "draws", beta=1)
    sections = page.locator(".judged-draws section")
    left = sections.nth(0).get_by_test_id("draw")
    before = left.evaluate_all("draws => draws.map(draw => draw.dataset.z1)")
    drag_to(page, 8)
    expect(sections.nth(1)).to_have_attribute("aria-busy", "true")
    assert sections.nth(0).get_attribute("aria-busy") != "true"
    page.get_by_test_id("beta-slider").evaluate(
        "slider => slider.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    expect(page.locator("[data-testid=draw][data-model=beta-8]")).to_have_count(FEW)
    expect(sections.nth(1)).to_have_attribute("aria-busy", "false")
    assert left.evaluate_all("draws => draws.map(draw => draw.dataset.z1)") == before


@pytest.mark.parametrize("law", LAWS)
def test_draws_are_what_torch_decodes_and_the_classifier_says(page: Page, app: App, law: Law) -> None:
    open_page(page, app, "draws", beta=2, law=law, seed=3)
    classifier = find_classifier(CHECKPOINTS, choose_device())
    assert classifier is not None
    for beta, own, section in ((0.0, law, 0), (2.0, "prior", 1)):
        points = drawn(own, rung(beta).latents.means, JUDGED, 3)[:FEW]
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
        sentence = page.locator(".judged-draws section").nth(section).locator("h3")
        expect(sentence).to_contain_text(f"{named} of these {FEW} draws are named")


@pytest.mark.parametrize("beta", [1, 32])
def test_a_draw_is_marked_on_the_maps_by_click_and_by_key(page: Page, app: App, beta: float) -> None:
    open_page(page, app, "draws", beta=beta)
    places = {
        "left": drawn("box", rung(0).latents.means, JUDGED, 0),
        "right": drawn("prior", rung(beta).latents.means, JUDGED, 0),
    }
    main, sections = page.get_by_test_id("stMain"), page.locator(".judged-draws section").all()
    for section, (side, points) in zip(sections, places.items(), strict=True):
        draws = section.get_by_test_id("draw")
        draws.nth(2).scroll_into_view_if_needed()
        scrolled = main.evaluate("main => main.scrollTop")
        draws.nth(2).click()
        expect_digit_at(page, side, (points[2, 0], points[2, 1]))
        expect(draws.nth(2)).to_have_attribute("aria-current", "true")
        expect(section.locator("[aria-current=true]")).to_have_count(1)
        assert main.evaluate("main => main.scrollTop") == scrolled
        draws.nth(2).focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect_digit_at(page, side, (points[3, 0], points[3, 1]))
    page.get_by_role("button", name="Show on the map").click()
    expect(page.get_by_test_id("latent-map").nth(1)).to_be_in_viewport()
