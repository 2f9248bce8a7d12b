"""Test digits and decode channels of the linked planes, and what is drawn from them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Page, Request, Route, expect

from pages.components.completeness.data import ELLIPSES
from pages.components.mount.assets import asset_base
from tests.browser.conftest import App
from tests.browser.planes import (
    LEFT,
    address,
    assert_drawn,
    expect_linked,
    expect_planes,
    expect_rung,
    half,
    model,
    open_planes,
    pinned,
    pixel,
)
from tests.browser.reading import (
    box_of,
    plane,
    visible_range,
    wait_until_shown,
)
from vae.measure.aggregate import posterior_ellipses
from vae.model import ladder
from vae.plane.linking import carried


def test_gestures_before_the_link_is_known_do_no_harm(page: Page, app: App) -> None:
    """The quantile link needs both models' test digits; what needs none works at once."""
    held: list[Route] = []
    free: list[bool] = []
    page.route(re.compile("/latents/"), lambda route: route.continue_() if free else held.append(route))
    page.goto(address(app, beta=2, link="quantiles", z1=0.5, z2=-0.25))
    kept = wait_until_shown(half(page, "right"), (0.5, -0.25))
    assert_drawn(kept, "beta-2")
    left = half(page, "left")
    page.mouse.move(*pixel(left, 0.4, 0.5))
    expect(left.locator(".mark-preview")).to_be_visible()
    page.mouse.move(5, 5)
    expect(left.locator(".mark-preview")).to_be_hidden()
    expect(left.locator(".mark-pin")).to_be_hidden()
    plane(left).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert pinned(page, "right") == (0.5, -0.25)
    free.append(True)
    for route in held:
        route.continue_()
    expect_planes(page)
    assert_drawn(expect_linked(page, "right", kept, "quantiles"), LEFT)


def test_a_digit_stands_under_the_model_that_drew_it(page: Page, app: App) -> None:
    """A rung whose linked point is not known yet decodes the old one itself; so does the next rung."""
    page.route(re.compile("/latents/beta-2$"), lambda _: None)  # never answered
    open_planes(page, address(app, beta=1, link="quantiles", plane="left", z1=3, z2=-2))
    right, slider = half(page, "right"), page.get_by_test_id("beta-slider")
    before = expect_linked(page, "left", wait_until_shown(half(page, "left"), (3, -2)), "quantiles")
    slider.focus()
    page.keyboard.press("ArrowRight")
    x, y = pixel(right, 0.7, 0.3)
    page.mouse.move(x, y)
    expect(right.get_by_test_id("digit")).to_have_attribute("data-model", "beta-2")
    page.mouse.move(5, 5)
    assert_drawn(wait_until_shown(right, before.z), "beta-2")
    page.keyboard.press("ArrowLeft")
    expect(right.get_by_test_id("digit")).to_have_attribute("data-model", "beta-1")
    assert_drawn(wait_until_shown(right, before.z), "beta-1")


@pytest.mark.first_visit
def test_test_digits_are_fetched_once_however_many_wait_for_them(page: Page, app: App) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/latents/" in request.url:
            asked.append(request.url.rsplit("/", 1)[1])

    page.on("request", note)
    held: list[Route] = []
    page.route(re.compile("/latents/beta-2$"), lambda route: held.append(route))
    with page.expect_request(re.compile("/latents/beta-2$")):
        open_planes(page, address(app, beta=1, link="coordinates"))  # then all rungs' are fetched, one by one
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(plane(half(page, "right"))).to_have_attribute("aria-busy", "true")
    page.keyboard.press("ArrowRight")  # this map does not wait any longer; the others still do
    expect_rung(page, 4)
    page.keyboard.press("ArrowLeft")
    with page.expect_request(re.compile("/latents/beta-32$")):
        held[0].continue_()
    expect_rung(page, 2)
    assert sorted(asked) == sorted(LEFT if beta == 0 else ladder.name(beta) for beta in ladder.BETAS)


def test_few_decode_channels_stay_open(page: Page, app: App) -> None:
    """One for the left plane and four for the rungs shown last, after a walk up and down the ladder."""
    page.add_init_script(
        """window.channels = [];
        window.WebSocket = class extends WebSocket {
            constructor(...of) {
                super(...of);
                if (this.url.includes("/decode/")) channels.push(this);
            }
        };"""
    )
    open_planes(page, address(app, link="coordinates", z1=0.5, z2=-0.5))
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    for key, betas in (("ArrowRight", ladder.BETAS[5:]), ("ArrowLeft", ladder.BETAS[-2::-1])):
        for beta in betas:
            page.keyboard.press(key)
            right = half(page, "right")
            expect(right.get_by_test_id("digit")).to_have_attribute("data-model", ladder.name(beta))
    still_open = "channels.filter(({ readyState }) => readyState === WebSocket.OPEN)"
    page.wait_for_function(f"{still_open}.length === 5")
    names = page.evaluate(f"{still_open}.map(({{ url }}) => url.split('/').at(-1))")
    assert sorted(names) == sorted([LEFT, *map(ladder.name, ladder.BETAS[:4])])
    expect(half(page, "right").locator(".latent-map-notice")).to_be_hidden()


def test_posteriors_are_as_much_larger_than_the_axes_scale_as_is_written(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=4, overlay="ellipses", digit=2))
    right = half(page, "right")
    ellipses = right.locator("[data-testid=posteriors] .line")
    expect(ellipses).to_have_attribute("d", re.compile("M"))
    wanted = posterior_ellipses(model("beta-4").latents, 2, ELLIPSES)
    written = right.locator(".posterior-ellipses .scale").text_content() or ""
    wanted[:, 2:] *= int(re.search(r"(\d+) times as large", written)[1])  # type: ignore[index]
    expect(page.locator(".completeness-caption")).to_contain_text(f"one of {len(wanted)} test digits")
    for _ in range(2):  # at first, and zoomed
        x, y = visible_range(right)
        unit = box_of(plane(right))["width"] / (x[1] - x[0])  # pixels
        drawn = re.findall(r"M(\S+) (\S+)a(\S+) (\S+) ", str(ellipses.get_attribute("d")))
        assert len(drawn) == len(wanted)
        left, middle, width, height = np.array(drawn, dtype=float).T
        found = np.stack(
            [x[0] + (left + width) / unit, y[1] - middle / unit, width / unit, height / unit], axis=1
        )
        np.testing.assert_allclose(found, wanted, rtol=0.005, atol=0.5 / unit)
        assert width.max() > 3  # pixels: not all of them are lost in the tolerance
        right.get_by_role("button", name="Zoom in").click()
        page.wait_for_function(
            "([plot, before]) => plot.layout.xaxis.range[0] > before",
            arg=[plane(right).element_handle(), x[0]],
        )
    dots = half(page, "left").locator("[data-testid=posteriors] .dots")
    expect(dots).to_have_attribute("d", re.compile("h0"))  # codes without a deviation


def test_a_density_never_lies_under_another_rung_s_codes(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=1, overlay="density"))
    right = plane(half(page, "right"))
    images = "plot => (plot.layout.images ?? []).length"
    page.wait_for_function(images, arg=right.element_handle())
    source = right.evaluate("plot => plot.layout.images[0].source")
    page.wait_for_load_state("networkidle")
    bare = page.get_by_test_id("beta-slider").evaluate(
        """(slider, plot) => new Promise(done => {
            slider.value = 6;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            const look = () => plot.dataset.model === "beta-4"
                ? done((plot.layout.images ?? []).length === 0) : requestAnimationFrame(look);
            look();
        })""",
        right.element_handle(),
    )
    assert bare
    page.get_by_test_id("beta-slider").dispatch_event("change")  # the hand lets go
    page.wait_for_function(images, arg=right.element_handle())
    assert right.evaluate("plot => plot.layout.images[0].source") != source


def test_quantile_link_is_the_same_rule_in_the_browser_and_in_python(page: Page, app: App) -> None:
    page.goto(f"{app.url}/healthz")
    rng = np.random.default_rng(5)
    clouds = {
        "many": rng.normal(size=(300, 2)),
        "wide": 12 * rng.standard_t(3, size=(300, 2)),
        "few": rng.normal(3, 0.2, size=(41, 2)),
        "tied": rng.integers(-3, 3, size=(300, 2)).astype(float),
        "flat": np.full((5, 2), 0.5),
    }
    for source, target in [(a, b) for a in clouds.values() for b in clouds.values()]:
        here, there = np.float32(source), np.float32(target)
        points = np.concatenate([rng.uniform(-5, 5, size=(40, 2)), here[:10].astype(float)])
        found = page.evaluate(
            """async ([module, points, here, there]) => {
                const { carried, sortedAxes } = await import(module);
                const [source, target] = [here, there].map(means => sortedAxes(Float32Array.from(means)));
                return points.map(z => carried(z, source, target));
            }""",
            [
                f"{app.url}/{asset_base()}completeness/quantile_link.js",
                points.tolist(),
                here.ravel().tolist(),
                there.ravel().tolist(),
            ],
        )
        wanted = carried(points, here, there)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * max(1.0, math.fabs(wanted.max())))
