"""The linked planes in a real browser: one pointer, two pictures; one slider, a whole ladder of models."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from pages.components.completeness import words
from pages.components.completeness.data import ELLIPSES
from pages.components.mount.assets import asset_base
from tests.browser.conftest import App, copy_project, running
from tests.browser.reading import (
    Scope,
    Shown,
    assert_decoded,
    box_of,
    decoder,
    path_of,
    plane,
    shown,
    visible_range,
    wait_until_shown,
    z_at,
)
from tests.browser.test_latent_map import Sockets, touch
from vae.measure.aggregate import posterior_ellipses
from vae.model import checkpoint, ladder
from vae.model.checkpoint import Checkpoint
from vae.plane.linking import carried

PIXEL = 2.0  # of a plane: tick labels are centred to half a pixel
LEFT = "autoencoder"
OTHER = {"left": "right", "right": "left"}

Point = tuple[float, float]


@cache
def model(name: str) -> Checkpoint:
    return checkpoint.load(path_of(name))


def address(app: App, **view: object) -> str:
    return f"{app.url}/completeness?{urlencode({'grid': 5, 'draws': 5} | view)}"


def half(page: Page, side: str) -> Locator:
    """The plane at one side with its digit and its figures."""
    return page.locator(f".twin-half[data-side={side}]")


def open_planes(page: Page, url: str) -> None:
    """Returns when both planes show their test digits and both digits are drawn."""
    page.goto(url)
    expect_planes(page)


def expect_planes(page: Page) -> None:
    for side in OTHER:
        expect(plane(half(page, side))).to_have_attribute("aria-busy", "false")
        expect(half(page, side).get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def linked(z: Point, link: str, here: str, there: str) -> Point:
    """The point of the plane of `there` that belongs to z in the plane of `here`."""
    if link == "coordinates":
        return z
    z1, z2 = carried([z], model(here).latents.means, model(there).latents.means)[0]
    return float(z1), float(z2)


def pixel(scope: Scope, share1: float, share2: float) -> tuple[int, int]:
    """Where a part of the way across and down a plane is, in the window."""
    box = box_of(plane(scope))
    return round(box["x"] + share1 * box["width"]), round(box["y"] + share2 * box["height"])


def wait_near(scope: Scope, x: float, y: float) -> Shown:
    """Wait until a half shows the picture of the place under a pixel of the window."""
    left, right = visible_range(scope)[0]
    return wait_until_shown(scope, z_at(scope, x, y), PIXEL * (right - left) / box_of(plane(scope))["width"])


def assert_drawn(drawn: Shown, name: str) -> None:
    """The canvas says it shows this model's picture of its z, and shows what torch decodes."""
    assert drawn.model == name
    assert_decoded(decoder(name), drawn.z, drawn.pixels)


def expect_linked(page: Page, side: str, here: Shown, link: str) -> Shown:
    """The other half shows its own model's picture of the linked place."""
    there = half(page, OTHER[side])
    wanted = linked(here.z, link, here.model, str(plane(there).get_attribute("data-model")))
    return wait_until_shown(there, wanted, 1e-4 * max(1.0, *map(abs, wanted)))


def expect_rung(page: Page, beta: float) -> None:
    """Slider, map and digit are those of a rung, and so are the figures and the codes on the map."""
    name, right = ladder.name(beta), half(page, "right")
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", f"β = {beta:g}")
    expect(plane(right)).to_have_attribute("data-model", name)
    expect(plane(right)).to_have_attribute("aria-busy", "false")
    expect(right.get_by_test_id("digit")).to_have_attribute("data-model", name)
    rows = words.rung_rows(model(name).figures)
    expect(right.get_by_test_id("rung-figures").locator("dt")).to_have_text([title for title, _ in rows])
    expect(right.get_by_test_id("rung-figures").locator("dd")).to_have_text([value for _, value in rows])
    codes = plane(right).evaluate("plot => [[...plot.data[7].x], [...plot.data[7].y]]")
    latents = model(name).latents
    np.testing.assert_array_equal(np.float32(codes).T, latents.means[latents.labels == 7])


def pinned(page: Page, side: str) -> Point:
    mark = half(page, side).locator(".mark-pin")
    return float(mark.get_attribute("data-z1") or "nan"), float(mark.get_attribute("data-z2") or "nan")


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
@pytest.mark.parametrize("beta", [0, 4])
def test_one_pointer_move_draws_two_pictures(page: Page, app: App, link: str, beta: float) -> None:
    sockets = Sockets(page)
    open_planes(page, address(app, beta=beta, link=link, z1=0.5, z2=-0.25))
    kept = wait_until_shown(half(page, "right"), (0.5, -0.25))
    page.wait_for_load_state("networkidle")
    reruns = sockets.reruns
    for side, name, share1, share2 in (
        ("left", LEFT, 0.4, 0.55),
        ("right", ladder.name(beta), 0.6, 0.35),
        ("right", ladder.name(beta), 0.05, 0.95),  # beyond all codes of a VAE
    ):
        x, y = pixel(half(page, side), share1, share2)
        page.mouse.move(x, y, steps=5)
        here = wait_near(half(page, side), x, y)
        assert_drawn(here, name)
        there = expect_linked(page, side, here, link)
        assert_drawn(there, ladder.name(beta) if side == "left" else LEFT)
        for mark_side, drawn in ((side, here), (OTHER[side], there)):
            mark = half(page, mark_side).locator(".mark-preview")
            expect(mark).to_be_visible()
            assert float(mark.get_attribute("data-z1") or "nan") == pytest.approx(drawn.z[0], abs=1e-6)
    page.mouse.move(5, 5)
    left = wait_until_shown(half(page, "right"), (0.5, -0.25))
    assert (left.pixels == kept.pixels).all()
    assert sockets.reruns == reruns  # no pointer move asks Python for anything


def test_pinning_in_either_plane_is_kept_in_the_address(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles"))
    for side in OTHER:
        x, y = pixel(half(page, side), 0.45, 0.4)
        page.mouse.click(x, y)
        drawn = wait_near(half(page, side), x, y)
        expect_linked(page, side, drawn, "quantiles")
        wanted = rf"z1={drawn.z[0]:g}\b.*z2={drawn.z[1]:g}\b"
        expect(page).to_have_url(re.compile(wanted))
    expect(page).not_to_have_url(re.compile("plane=left"))
    page.mouse.click(*pixel(half(page, "left"), 0.3, 0.6))
    expect(page).to_have_url(re.compile("plane=left"))
    before = pinned(page, "left"), pinned(page, "right")
    page.reload()
    expect_planes(page)
    wait_until_shown(half(page, "left"), before[0])
    assert pinned(page, "right") == pytest.approx(before[1], abs=1e-5)


def test_slider_to_beta_8_shows_that_rung_before_python_hears_of_it(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_planes(page, address(app, link="coordinates", z1=0.75, z2=-0.5))
    half(page, "right").get_by_role("button", name="Zoom in").click()
    page.wait_for_load_state("networkidle")
    view, reruns = visible_range(half(page, "right")), sockets.reruns
    slider = page.get_by_test_id("beta-slider")
    box = box_of(slider)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    place = ladder.BETAS.index(8) / (len(ladder.BETAS) - 1)
    page.mouse.move(box["x"] + box["width"] * place, box["y"] + box["height"] / 2, steps=10)
    expect_rung(page, 8)
    assert_drawn(wait_until_shown(half(page, "right"), (0.75, -0.5)), "beta-8")
    assert visible_range(half(page, "right")) == view  # the map does not jump
    assert sockets.reruns == reruns
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"beta=8\b"))
    expect_rung(page, 8)
    assert_drawn(wait_until_shown(half(page, "left"), (0.75, -0.5)), LEFT)


def test_slider_obeys_the_keyboard_and_its_ticks(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles", z1=0.75, z2=-0.5))
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    for key, beta in (("ArrowRight", 2), ("ArrowUp", 4), ("ArrowLeft", 2), ("End", 32), ("Home", 0)):
        page.keyboard.press(key)
        expect_rung(page, beta)
        drawn = wait_until_shown(half(page, "right"), (0.75, -0.5))
        assert_drawn(drawn, ladder.name(beta))
        expect_linked(page, "right", drawn, "quantiles")
    expect(page).to_have_url(re.compile(r"beta=0\b"))
    page.locator(".ladder-ticks button", has_text="0.5").click()
    expect(slider).to_be_focused()  # the ticks are hidden from screen readers and take no focus
    expect_rung(page, 0.5)
    expect(page).to_have_url(re.compile(r"beta=0.5\b"))


def test_arrow_keys_move_the_point_of_the_focused_plane(page: Page, app: App) -> None:
    open_planes(page, address(app, link="quantiles"))
    plane(half(page, "left")).focus()
    before = pinned(page, "left")
    page.keyboard.press("Shift+ArrowUp")
    expect(page).to_have_url(re.compile("plane=left"))
    after = pinned(page, "left")
    assert after[0] == pytest.approx(before[0], abs=1e-4)
    assert after[1] > before[1] + 0.5
    drawn = wait_until_shown(half(page, "left"), after)
    assert_drawn(drawn, LEFT)
    assert_drawn(expect_linked(page, "left", drawn, "quantiles"), "beta-1")
    expect(half(page, "left").locator(".latent-map-spoken")).to_contain_text(f"z2 {after[1]:.2f}")
    expect(plane(half(page, "left"))).to_be_focused()


def test_a_place_out_of_view_is_marked_at_the_edge(page: Page, app: App) -> None:
    open_planes(page, address(app, link="coordinates", plane="left", z1=9, z2=0))
    wait_until_shown(half(page, "right"), (9, 0))
    mark = half(page, "right").locator(".mark-pin")
    expect(mark).to_have_class(re.compile("outside"))
    edge, ring = box_of(plane(half(page, "right"))), box_of(mark)
    assert ring["x"] + ring["width"] / 2 == pytest.approx(edge["x"] + edge["width"], abs=1)
    expect(half(page, "left").locator(".mark-pin")).not_to_have_class(re.compile("outside"))


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


def test_posteriors_are_to_the_axes_scale(page: Page, app: App) -> None:
    open_planes(page, address(app, beta=4, overlay="ellipses", digit=2))
    right = half(page, "right")
    ellipses = right.locator("[data-testid=posteriors] .line")
    expect(ellipses).to_have_attribute("d", re.compile("M"))
    wanted = posterior_ellipses(model("beta-4").latents, 2, ELLIPSES)
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


def test_a_finger_pins_on_a_phone_where_the_planes_stay_side_by_side(browser: Browser, app: App) -> None:
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    open_planes(page, address(app, beta=2, link="quantiles"))
    left, right = (box_of(plane(half(page, side))) for side in ("left", "right"))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    assert min(left["width"], right["width"]) > 165
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    plane(half(page, "right")).scroll_into_view_if_needed()
    session = phone.new_cdp_session(page)
    x, y = pixel(half(page, "right"), 0.35, 0.6)
    touch(session, "touchStart", (x, y))
    looked = wait_near(half(page, "right"), x, y)
    expect_linked(page, "right", looked, "quantiles")
    touch(session, "touchEnd")
    expect(page).to_have_url(re.compile(rf"z1={round(looked.z[0], 4):g}\b"))
    assert_drawn(shown(half(page, "right")), "beta-2")
    phone.close()


def test_two_students_do_not_disturb_each_other(page: Page, browser: Browser, app: App) -> None:
    open_planes(page, address(app))
    other = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    open_planes(other, address(app))
    other.get_by_test_id("beta-slider").press("End")
    other.mouse.click(*pixel(half(other, "left"), 0.3, 0.3))
    expect(other).to_have_url(re.compile(r"beta=32\b.*plane=left|plane=left.*beta=32\b"))
    page.mouse.click(*pixel(half(page, "right"), 0.6, 0.6))
    expect(page).to_have_url(re.compile("z1="))
    expect_rung(page, 1)
    expect_rung(other, 32)
    expect(page).not_to_have_url(re.compile("beta=|plane="))
    other.context.close()


@pytest.fixture
def gapped(tmp_path: Path) -> Iterator[App]:
    """An app whose ladder has a damaged rung and lacks another."""
    copy_project(tmp_path)
    (tmp_path / "checkpoints" / ladder.file(8)).write_bytes(b"not a checkpoint")
    (tmp_path / "checkpoints" / ladder.file(2)).unlink()
    yield from running(tmp_path / "log", tmp_path)


def test_a_rung_that_cannot_be_used_is_not_offered_and_the_others_work(page: Page, gapped: App) -> None:
    open_planes(page, address(gapped))
    offered = [f"{beta:g}" for beta in ladder.BETAS if beta not in (2, 8)]
    expect(page.locator(".ladder-ticks button")).to_have_text(offered)
    for beta in (2, 8):
        expect(page.get_by_role("alert").filter(has_text=ladder.command(beta))).to_be_visible()
    page.get_by_test_id("beta-slider").focus()
    page.keyboard.press("ArrowRight")
    expect_rung(page, 4)


def test_planes_recover_when_the_server_comes_back(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/latents/beta-32")):
        open_planes(page, address(mortal_app, z1=0.5, z2=-0.5))  # the last rung's test digits come, too
    wait_until_shown(half(page, "right"), (0.5, -0.5))
    mortal_app.kill()
    for side in OTHER:
        expect(half(page, side).locator(".latent-map-notice")).to_contain_text("The server does not answer")
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(plane(half(page, "right"))).to_have_attribute("data-model", "beta-4")  # the map needs no server
    mortal_app.start()
    for side in OTHER:
        expect(half(page, side).locator(".latent-map-notice")).to_be_hidden()
    expect_rung(page, 4)
    assert_drawn(wait_until_shown(half(page, "right"), (0.5, -0.5)), "beta-4")
    page.mouse.click(*pixel(half(page, "left"), 0.4, 0.4))  # perhaps before the page has come back to life
    expect(page).to_have_url(re.compile("plane=left"))  # Python hears of it in any case
    expect(page).to_have_url(re.compile(r"beta=4\b"))
    assert errors == []


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
