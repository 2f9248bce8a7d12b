"""Figures over beta, below the maps, in a real browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from pages.components.completeness.ladder_curves import DESCRIBED, DRAWN
from pages.components.mount.assets import asset_base
from tests.browser.below import open_page, rung
from tests.browser.conftest import App
from tests.browser.reading import box_of, on_axis
from vae.model import ladder


def test_curves_show_the_record_and_ask_for_a_rung(page: Page, app: App) -> None:
    open_page(page, app, "curves", beta=1)

    def said(name: str) -> Locator:
        return page.locator(f"[data-figure={name}] .readout")

    def recorded(beta: float, key: str) -> str:
        value = rung(beta).figures.get(key)
        return "not measured" if value is None else f"{abs(value):.1f} nats"

    expect(said("reconstruction")).to_have_text(f"β = 1: {recorded(1, 'reconstruction_nats')}")
    page.locator('[data-figure=kl] [data-rung="beta-4"]').click()
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", "β = 4")
    expect(said("reconstruction")).to_have_text(f"β = 4: {recorded(4, 'reconstruction_nats')}")
    expect(page).to_have_url(re.compile(r"beta=4\b"))
    point = page.locator('[data-figure=reconstruction] [data-rung="beta-4"]')
    expect(point).to_have_attribute("tabindex", "0")  # one stop of the Tab key a plot
    point.focus()
    page.keyboard.press("ArrowRight")
    expect(said("reconstruction")).to_have_text(f"β = 8: {recorded(8, 'reconstruction_nats')}")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", "β = 8")
    for each in page.get_by_test_id("ladder-plot").all():
        expect(each).to_have_attribute("data-rung", "beta-8")
        current = each.locator("[data-testid=ladder-point][aria-current=true]")
        expect(current).to_have_attribute("data-rung", "beta-8")
    page.locator("[data-figure=rate-distortion] .level-name").click()
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", "β = 0")


def test_marks_stand_at_their_values(page: Page, app: App) -> None:
    """Read off the numbered axes, the marks of the rate-distortion curve are the recorded figures."""
    open_page(page, app, "curves")
    plot = page.locator("[data-figure=rate-distortion]")
    plot.scroll_into_view_if_needed()
    measured = {
        beta: rung(beta).figures
        for beta in ladder.BETAS
        if beta and rung(beta).figures.get("kl_nats") is not None
    }
    expect(plot.locator(".mark")).to_have_count(len(measured))
    across, up = (on_axis(plot, tick) for tick in ("x-tick", "y-tick"))
    for beta, figures in measured.items():
        mark = plot.locator(f'[data-rung="{ladder.name(beta)}"] .mark')
        box = box_of(mark)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert np.polyval(across, x) == pytest.approx(figures["kl_nats"], abs=0.1)
        assert np.polyval(up, y) == pytest.approx(abs(figures["reconstruction_nats"]), abs=1.5)


# Shows the ladder's curves once more, in a corner of the page, with other figures.
MOUNTED = """async ([module, rungs, measures]) => {
    const { mount } = await import(new URL(module, document.baseURI));
    const root = document.createElement("div");
    root.className = "ladder-curves trial";
    root.style.cssText = "position: fixed; inset: 0; overflow: auto; background: white; z-index: 1000000";
    document.body.append(root);
    const curves = await mount(root, { data: { group: "trial", measures } });
    curves.update({ data: { rungs } });
}"""


def test_gaps_and_far_away_figures_are_told(page: Page, app: App) -> None:
    open_page(page, app, "curves")

    def measured(beta: float, *figures: float | None) -> dict[str, object]:
        row = dict(zip(DRAWN, figures or [None] * len(DRAWN), strict=True))
        return {"name": ladder.name(beta), "title": f"β {beta:g}", "beta": beta, "figures": row}

    rungs = [
        measured(0, 100.0, None, None, -900.0, 40.0, 60.0, 6.0, 7.0),
        measured(1, 110.0, 6.0, -116.0, -114.0, 80.0, 80.0, 8.5, 8.5),
        measured(4),
        measured(8, 150.0, 1.5, -151.5, -150.0, 50.0, 60.0, 2.0, None),
    ]
    page.evaluate(MOUNTED, [f"{asset_base()}completeness/ladder_curves.js", rungs, DESCRIBED])
    trial = page.locator(".ladder-curves.trial")

    def of(figure: str, beta: float) -> Locator:
        return trial.locator(f'[data-figure={figure}] [data-rung="{ladder.name(beta)}"]')

    expect(of("reconstruction", 4)).to_have_text("not measured")
    expect(of("kl", 0)).to_have_text("none without noise")
    expect(of("likelihood", 0).locator(".outside")).to_have_count(1)  # far below what the others need
    expect(of("likelihood", 0)).to_have_text("−900.0 nats")
    expect(of("likelihood", 0).locator(".mark")).to_have_count(0)
    expect(of("completeness", 8).locator(".mark")).to_have_count(2)
    expect(of("covered", 8).locator(".mark")).to_have_count(1)
    distortion = trial.locator("[data-figure=rate-distortion]")
    expect(distortion.locator("figcaption")).to_contain_text("not measured: β = 4")
    expect(distortion.locator(".mark")).to_have_count(2)
    expect(distortion.locator(".level-name")).to_have_text("β 0: 100.0 nats")
    of("rate-distortion", 1).focus()
    page.keyboard.press("ArrowRight")  # passes over the rung of which there is nothing to see
    expect(of("rate-distortion", 8)).to_be_focused()
    expect(distortion.locator(".readout")).to_have_text("β = 8: reconstruction 150.0 nats, KL 1.5 nats")
    line = trial.locator("[data-figure=reconstruction] .line").get_attribute("d") or ""
    assert line.count("M") == 2  # it does not run through the gap
