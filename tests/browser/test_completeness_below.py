"""Below the maps, in a real browser: the plane as pictures, draws from the prior, figures over beta."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from pages.components.completeness.ladder_curves import DESCRIBED, DRAWN
from pages.components.mount.assets import asset_base
from tests.browser.conftest import App
from tests.browser.reading import CHECKPOINTS, assert_decoded, box_of
from tests.browser.test_latent_map import Sockets
from vae.device import choose_device
from vae.measure.draws import drawn, judged
from vae.model import checkpoint, ladder
from vae.model.checkpoint import Checkpoint
from vae.model.classifier import find_classifier
from vae.plane.lattices import axis_of, prior_lattice, range_lattice
from vae.plane.linking import carried

SIDE = 5  # of the grids that are read pixel by pixel
FEW = 6  # draws


@cache
def rung(beta: float) -> Checkpoint:
    return checkpoint.load(CHECKPOINTS / ladder.file(beta))


def open_page(page: Page, app: App, **view: object) -> None:
    """Returns when maps, pictures, draws and curves are all there."""
    parameters = {"grid": SIDE, "draws": FEW} | view
    page.goto(f"{app.url}/completeness?" + "&".join(f"{name}={value}" for name, value in parameters.items()))
    expect(page.get_by_test_id("latent-map")).to_have_count(2)
    for plane in page.get_by_test_id("latent-map").all():
        expect(plane).to_have_attribute("aria-busy", "false")
    expect(page.locator(".manifold-grid figure[aria-busy=false] [data-loaded]")).to_have_count(2)
    expect(page.get_by_test_id("draw")).to_have_count(2 * int(str(parameters["draws"])))
    expect(page.get_by_test_id("ladder-plot")).to_have_count(6)
    expect(page.locator("[data-testid=ladder-point]").first).to_be_attached()


def half(page: Page, testid: str, side: str) -> Locator:
    """The left or the right one of two parts; rung 0 may be shown in both, so names would not do."""
    return page.get_by_test_id(testid).nth(0 if side == "left" else 1)


def tiles(page: Page, side: str) -> NDArray[np.uint8]:
    """The pictures of a grid, (n, 784), row by row from the top left, as the browser received them."""
    read = half(page, "manifold", side).evaluate(
        """image => {
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
            return [canvas.width, [...rgba].filter((_, i) => i % 4 === 0)];
        }"""
    )
    width, grey = read
    count = width // 28
    picture = np.array(grey, dtype=np.uint8).reshape(count, 28, count, 28)
    return picture.swapaxes(1, 2).reshape(count * count, 784)


def cell(page: Page, side: str, column: int, row: int, count: int = SIDE) -> tuple[float, float]:
    """Where in the window the middle of a cell is, once the grid is in view."""
    frame = page.locator(".manifold-grid .frame").nth(0 if side == "left" else 1)
    frame.scroll_into_view_if_needed()
    box = box_of(frame)
    return (
        box["x"] + (column + 0.5) / count * box["width"],
        box["y"] + (row + 0.5) / count * box["height"],
    )


def expect_digit_at(page: Page, side: str, z: tuple[float, float]) -> None:
    """The large digit of one half is the picture of z, give or take what the maps round."""
    page.wait_for_function(
        """([index, z1, z2]) => {
            const {z1: shown1, z2: shown2} = document.querySelectorAll("[data-testid=digit]")[index].dataset;
            return Math.abs(shown1 - z1) < 2e-4 && Math.abs(shown2 - z2) < 2e-4;
        }""",
        arg=[0 if side == "left" else 1, *map(float, z)],
    )


def drag_to(page: Page, beta: float) -> None:
    """Move the slider as a hand does that has not let go yet."""
    place = [each for each in ladder.BETAS if (CHECKPOINTS / ladder.file(each)).exists()].index(beta)
    page.get_by_test_id("beta-slider").evaluate(
        """(slider, place) => {
            slider.value = place;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        place,
    )


@pytest.mark.parametrize("link", ["coordinates", "quantiles"])
@pytest.mark.parametrize("sigmas", [None, 3.0])
def test_grids_are_what_torch_decodes(page: Page, app: App, link: str, sigmas: float | None) -> None:
    view = {"beta": 4, "link": link} | ({} if sigmas is None else {"sigmas": sigmas})
    open_page(page, app, **view)
    right = prior_lattice(SIDE) if sigmas is None else range_lattice(SIDE, sigmas)
    left = carried(right, rung(4).latents.means, rung(0).latents.means) if link == "quantiles" else right
    for side, beta, points in (("left", 0, left), ("right", 4, right)):
        expect(half(page, "manifold", side)).to_have_attribute("data-model", ladder.name(beta))
        assert_decoded(rung(beta).build(choose_device()), points, tiles(page, side))
    last = page.locator(".manifold-grid .columns").nth(0).locator("span").last
    expect(last).to_have_text(f"{left[SIDE - 1, 0]:.2f}".replace("-", "−"))


def test_a_cell_of_either_grid_goes_to_its_place_on_the_maps(page: Page, app: App) -> None:
    open_page(page, app, beta=1, link="quantiles")
    axis = axis_of(SIDE, None)
    for side, column, row in (("left", 1, 0), ("right", 4, 3)):
        page.mouse.click(*cell(page, side, column, row))
        z = (axis[column], axis[SIDE - 1 - row])
        expect_digit_at(page, "right", z)
        linked = carried([z], rung(1).latents.means, rung(0).latents.means)[0]
        expect_digit_at(page, "left", (linked[0], linked[1]))
        for pinned in page.get_by_test_id("pinned-cell").all():
            expect(pinned).to_have_attribute("data-column", str(column))
            expect(pinned).to_have_attribute("data-row", str(row))
        expect(page.get_by_test_id("latent-map").nth(1)).to_be_in_viewport()
        expect(page).to_have_url(re.compile(rf"z1={z[0]:.4f}".rstrip("0")))


def test_a_cell_out_of_view_comes_into_view(page: Page, app: App) -> None:
    """At six standard deviations the outer cells lie beyond the right plane's first view."""
    open_page(page, app, sigmas=6, link="coordinates")
    for side, column in (("right", SIDE - 1), ("left", 0)):
        page.mouse.click(*cell(page, side, column, 2))
        expect_digit_at(page, "right", (6.0 if column else -6.0, 0.0))
        right = page.locator(".twin-half[data-side=right]")
        expect(right.locator(".mark-pin")).not_to_have_class(re.compile("outside"))
        plot = right.get_by_test_id("latent-map")
        low, high = plot.evaluate("plot => plot.layout.xaxis.range")
        assert low < (6 if column else -6) < high


def test_arrow_keys_choose_a_cell_and_enter_goes_there(page: Page, app: App) -> None:
    open_page(page, app, z1=0, z2=0)
    frame = page.locator(".manifold-grid .frame").nth(1)
    frame.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp"):  # the last one has nowhere to go
        frame.press(key)
    axis = axis_of(SIDE, None)
    expect(page.locator(".manifold-grid .point").nth(1)).to_have_text(f"z₁ {axis[3]:.2f}, z₂ {axis[4]:.2f}")
    frame.press("Enter")
    expect_digit_at(page, "right", (axis[3], axis[4]))


def test_everything_follows_the_slider_without_python(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_page(page, app, beta=1)
    page.wait_for_load_state("networkidle")
    reruns = sockets.reruns
    drag_to(page, 8)
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    expect(page.locator(".manifold-grid figure[aria-busy=false]")).to_have_count(2)
    points = prior_lattice(SIDE)
    assert_decoded(rung(8).build(choose_device()), points, tiles(page, "right"))
    linked = carried(points, rung(8).latents.means, rung(0).latents.means)
    assert_decoded(rung(0).build(choose_device()), linked, tiles(page, "left"))
    for plot in page.get_by_test_id("ladder-plot").all():
        expect(plot).to_have_attribute("data-rung", "beta-8")
        current = plot.locator("[data-testid=ladder-point][aria-current=true]")
        expect(current).to_have_attribute("data-rung", "beta-8")
    # pictures of another rung say so until Python has sent the new ones, by quantiles in both halves
    expect(page.locator(".prior-draws section[aria-busy=true]")).to_have_count(2)
    assert sockets.reruns == reruns
    page.get_by_test_id("beta-slider").evaluate(
        "slider => slider.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    expect(page.locator(".prior-draws section[aria-busy=false]")).to_have_count(2)
    expect(page.locator("[data-testid=draw][data-model=beta-8]")).to_have_count(FEW)


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
        assert_decoded(rung(beta).build(choose_device()), points, pictures)
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


def test_curves_show_the_record_and_ask_for_a_rung(page: Page, app: App) -> None:
    open_page(page, app, beta=1)

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
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    page.locator("[data-figure=rate-distortion] .level-name").click()
    expect(page.get_by_test_id("beta-slider")).to_have_attribute("aria-valuetext", "β = 0")


def test_marks_stand_at_their_values(page: Page, app: App) -> None:
    """Read off the numbered axes, the marks of the rate-distortion curve are the recorded figures."""
    open_page(page, app)
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


def on_axis(plot: Locator, tick: str) -> NDArray[np.float64]:
    """The straight line from pixels of the window to the numbers that stand at an axis' ticks."""
    marks: list[list[float]] = plot.locator(f".{tick}").evaluate_all(
        """labels => labels.map(label => {
            const { x, y, width, height } = label.getBoundingClientRect();
            const middle = label.classList.contains("x-tick") ? x + width / 2 : y + height / 2;
            return [middle, Number(label.textContent.replace("−", "-"))];
        })"""
    )
    pixels, numbers = zip(*marks, strict=True)
    return np.polyfit(pixels, numbers, 1)


def test_a_picture_that_cannot_come_says_so_and_the_old_one_stays(context: BrowserContext, app: App) -> None:
    page = context.new_page()  # not the fixture's: this browser complains, and rightly
    open_page(page, app, beta=1)
    before = tiles(page, "right")
    failing = re.compile(r"/manifold/beta-8")

    def busy(route: Route) -> None:
        route.fulfill(status=503, body="The server has too much to do; try again in a moment.")

    page.route(failing, busy)
    drag_to(page, 8)
    figure = page.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("too much to do")
    expect(figure).to_have_attribute("aria-busy", "true")
    assert (tiles(page, "right") == before).all()
    page.unroute(failing)
    expect(figure).to_have_attribute("aria-busy", "false")
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    expect(figure.get_by_role("status")).to_be_hidden()
    page.close()


@pytest.mark.parametrize("status", [404, 503])
def test_back_at_the_picture_that_is_shown_nothing_is_amiss(
    context: BrowserContext, app: App, status: int
) -> None:
    page = context.new_page()
    open_page(page, app, beta=1)
    before = tiles(page, "right")
    failing = re.compile(r"/manifold/beta-8")
    page.route(failing, lambda route: route.fulfill(status=status, body="No picture."))
    drag_to(page, 8)
    figure = page.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("No picture.")
    drag_to(page, 1)
    expect(figure.get_by_role("status")).to_be_hidden()
    expect(figure).to_have_attribute("aria-busy", "false")
    assert (tiles(page, "right") == before).all()
    drag_to(page, 8)  # and it is asked for again
    expect(figure.get_by_role("status")).to_contain_text("No picture.")
    page.close()


def test_a_picture_that_is_none_says_so_and_leaves_nothing_behind(context: BrowserContext, app: App) -> None:
    page = context.new_page()
    page.add_init_script(
        """window.alive = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => {
            const address = createObjectURL.call(URL, blob);
            if (blob.type.startsWith("image/")) alive.add(address);
            return address;
        };
        URL.revokeObjectURL = (address) => {
            alive.delete(address);
            revokeObjectURL.call(URL, address);
        };"""
    )
    open_page(page, app, beta=1)
    assert page.evaluate("alive.size") == 2
    broken = re.compile(r"/manifold/beta-8")
    page.route(broken, lambda route: route.fulfill(content_type="image/png", body="no picture"))
    drag_to(page, 8)
    figure = page.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text("cannot be shown")
    expect(page.locator(".manifold-grid figure").nth(0)).to_have_attribute("aria-busy", "false")
    page.unroute(broken)
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-8")
    assert page.evaluate("alive.size") == 2
    page.close()


def test_a_picture_that_is_refused_is_not_asked_for_again(context: BrowserContext, app: App) -> None:
    page = context.new_page()
    open_page(page, app, beta=1)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=404, body='There is no checkpoint "beta-8".')

    page.route(re.compile(r"/manifold/beta-8"), refuse)
    drag_to(page, 8)
    figure = page.locator(".manifold-grid figure").nth(1)
    expect(figure.get_by_role("status")).to_contain_text('There is no checkpoint "beta-8".')
    drag_to(page, 4)
    expect(half(page, "manifold", "right")).to_have_attribute("data-model", "beta-4")
    expect(figure.get_by_role("status")).to_be_hidden()
    assert len(asked) == 1
    page.close()


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
    open_page(page, app)

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
    expect(of("digits", 8).locator(".mark")).to_have_count(1)
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


def test_on_a_phone_nothing_overflows_and_a_tap_goes_there(browser: Browser, app: App) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    open_page(page, app, link="coordinates")
    for part in ("manifold-grid", "prior-draws", "ladder-curves"):
        width, needed = page.locator(f".{part}").evaluate(
            "element => [element.clientWidth, element.scrollWidth]"
        )
        assert needed <= width <= 390, part
    page.touchscreen.tap(*cell(page, "right", 0, 4))
    axis = axis_of(SIDE, None)
    expect_digit_at(page, "right", (axis[0], axis[0]))
    expect(page.get_by_test_id("latent-map").nth(1)).to_be_in_viewport()
    phone.close()
