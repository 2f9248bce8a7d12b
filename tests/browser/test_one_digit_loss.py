"""What an image costs and whether it belongs, in a real browser: every mark stands where its number says."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from pages.components.mount.assets import asset_base
from pages.components.one_digit.belonging import STRANGERS, Own, ground, shown
from pages.components.one_digit.loss import described
from pages.components.one_digit.view import STRONGEST
from tests.browser.conftest import VISITOR, App, emptied, watched
from tests.browser.reading import box_of, on_axis
from tests.pages.one_digit.given import WINDOW, account, scores

# Shows a component over the page, with data of the test's own; keeps what it tells.
MOUNTED = """async ([base, name, data]) => {
    const root = document.createElement("div");
    root.className = `${name} trial`;
    root.style.cssText = "position: fixed; inset: 0; overflow: auto; background: white; z-index: 1000000";
    for (const sheet of ["parts/live_slider", "one_digit/plot", `one_digit/${name}`]) {
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", href: `${base}${sheet}.css` });
        const loaded = new Promise((done) => (link.onload = done));
        document.head.append(link);
        await loaded;
    }
    document.body.append(root);
    const { mount } = await import(new URL(`${base}one_digit/${name}.js`, document.baseURI));
    window.told = [];
    const component = { data, setStateValue: (...told) => window.told.push(told) };
    const mounted = await mount(root, component);
    mounted.update(component);
    // drawings are made anew for the pixels they have, which they hear of with the next picture
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    (window.ended ??= []).push(() => (mounted.dispose?.(), root.remove()));
}"""


@pytest.fixture(scope="module")
def below(kept_tab: Page, app: App) -> Iterator[Page]:
    """A page that lies below what is shown, with Streamlit's theme; all tests here share it."""
    with emptied(kept_tab) as tab:
        tab.goto(f"{app.url}/classroom")
        yield tab


@pytest.fixture
def page(below: Page) -> Iterator[Page]:
    below.set_viewport_size(VISITOR["viewport"])
    with watched(below):
        yield below
    below.evaluate("window.ended.splice(0).forEach((end) => end())")


def mounted(page: Page, name: str, data: Mapping[str, Any]) -> Locator:
    page.evaluate(MOUNTED, [asset_base(), name, data])
    return page.locator(f".{name}.trial")


def cost(page: Page, beta: float = 1, **parts: float) -> Locator:
    binary = np.packbits(np.arange(784) % 3 == 0).tobytes()
    data = {
        "account": described(account(**parts)),
        "binary": base64.b64encode(binary).decode(),
        "weight": {"beta": beta},
        "strongest": STRONGEST,
        "seen": 0,
    }
    return mounted(page, "loss", data)


def span(locator: Locator) -> tuple[float, float]:
    """Its left and its right edge, in pixels of the window."""
    box = box_of(locator)
    return box["x"], box["x"] + box["width"]


def scale(trial: Locator, pair: str) -> NDArray[np.float64]:
    """From pixels of the window to the nats that stand at a scale's ticks."""
    marks = trial.locator(f".scale[data-pair={pair}] span").evaluate_all(
        """labels => labels.map(label => [label.style.left, label.textContent])"""
    )
    left, right = span(trial.locator(f".scale[data-pair={pair}]"))
    pixels = [left + (right - left) * float(place.rstrip("%")) / 100 for place, _ in marks]
    return np.polyfit(pixels, [float(label) for _, label in marks], 1)


@pytest.mark.parametrize(
    "parts", [{}, {"reconstruction": 215.7, "amortisation": 23.7}, {"kl": 30.0}], ids=str
)
def test_the_bars_are_to_scale(page: Page, parts: dict[str, float]) -> None:
    trial = cost(page, **parts)
    given = account(**parts)
    ends = {
        "reconstruction": (0, given.reconstruction),
        "kl": (given.reconstruction, -given.elbo),
        "likelihood": (0, -given.log_likelihood),
        "approximation": (-given.log_likelihood, -given.best_elbo),
        "amortisation": (-given.best_elbo, -given.elbo),
    }
    for pair in ("whole", "near"):
        nats = scale(trial, pair)
        for kind, wanted in ends.items():
            low = np.polyval(nats, span(trial.locator(f".scale[data-pair={pair}]"))[0])
            drawn = [np.polyval(nats, end) for end in span(trial.locator(f".bar[data-pair={pair}] .{kind}"))]
            assert drawn == pytest.approx([max(end, low) for end in wanted], abs=0.6 * nats[0])
        for line in trial.locator(f".bar[data-pair={pair}] .end").all():
            middle = sum(span(line)) / 2
            assert np.polyval(nats, middle) == pytest.approx(-given.log_likelihood, abs=nats[0])
    factor = re.search(r"(\d+) times", trial.locator(".factor").inner_text())
    assert factor is not None
    assert scale(trial, "whole")[0] / scale(trial, "near")[0] == pytest.approx(int(factor[1]))


def test_the_sums_are_written_and_come_out(page: Page) -> None:
    trial = cost(page)
    sums = trial.locator(".balance .equation")
    expect(sums.nth(0)).to_have_text("Reconstruction 120.00+KL divergence 8.00= −ELBO 128.00 nats")
    exact = "−log p(x) 126.75+approximation gap 0.25+amortisation gap 1.00= −ELBO 128.00 nats"
    expect(sums.nth(1)).to_have_text(exact)
    expect(trial.locator(".balance .note")).to_have_text(re.compile(r"exact.*by the gap, 1\.25 nats"))
    drawn = trial.get_by_test_id("binary").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
    )
    assert drawn == [255 * (pixel % 3 == 0) for pixel in range(784)]


def test_the_weight_changes_the_sum_and_is_told_at_rest(page: Page) -> None:
    trial = cost(page)
    slider = trial.get_by_test_id("weight-slider")
    expect(trial.get_by_test_id("total")).to_have_text("128.00")
    expect(trial.locator(".weight .note")).to_have_text("With β = 1 this is −ELBO.")
    slider.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(trial.get_by_test_id("beta")).to_have_text("1.50")
    expect(trial.get_by_test_id("total")).to_have_text("132.00")
    expect(trial.locator(".weight .note")).to_have_text("Only β = 1 gives −ELBO, the line.")
    page.wait_for_function("told.length > 0")
    assert page.evaluate("told[0]") == ["weight", {"beta": 1.5, "count": 1, "since": 1}]
    page.keyboard.press("Home")
    expect(trial.get_by_test_id("total")).to_have_text("120.00")
    page.keyboard.press("End")
    expect(trial.get_by_test_id("total")).to_have_text("152.00")


def test_the_posterior_and_the_gaussians_are_drawn_to_scale(page: Page) -> None:
    """The posterior is a Gaussian here: its lines are the best Gaussian's ellipses, of 1 and 2 deviations."""
    plot = cost(page).get_by_test_id("posterior")
    plot.scroll_into_view_if_needed()
    across, up = on_axis(plot, "x-tick"), on_axis(plot, "y-tick")
    assert across[0] == pytest.approx(-up[0], rel=0.02)  # a unit is as long on both axes
    given = account()

    def drawn(mark: Locator) -> list[float]:
        """Left, right, bottom and top of what is drawn, in z."""
        left, bottom, right, top = mark.evaluate(
            """mark => {
                const { x, y, width, height } = mark.getBBox();
                const at = (...point) => new DOMPoint(...point).matrixTransform(mark.getScreenCTM());
                const [from, to] = [at(x, y + height), at(x + width, y)];
                return [from.x, from.y, to.x, to.y];
            }"""
        )
        return [*np.polyval(across, [left, right]), *np.polyval(up, [bottom, top])]

    def wanted(law: str, sigmas: int) -> list[float]:
        mean, deviation = getattr(given, law)
        return [m + side * sigmas * d for m, d in zip(mean, deviation, strict=True) for side in (-1, 1)]

    for sigmas in (1, 2):
        for law in ("encoder", "best"):
            ellipse = plot.locator(f"ellipse.{law}[data-sigmas='{sigmas}']")
            assert drawn(ellipse) == pytest.approx(wanted(law, sigmas), abs=1e-3)
        assert drawn(plot.locator("path.true").nth(sigmas - 1)) == pytest.approx(
            wanted("best", sigmas), abs=1e-3
        )
    expect(plot.locator(".away")).to_have_text("12 % of the posterior lies outside this part of the plane.")
    assert drawn(plot.locator("image")) == pytest.approx(list(WINDOW), abs=1e-3)


def test_the_shades_are_the_density(page: Page) -> None:
    plot = cost(page).get_by_test_id("posterior")
    opacity = plot.locator("image").evaluate(
        """async image => {
            const picture = await createImageBitmap(await (await fetch(image.getAttribute("href"))).blob());
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            const context = canvas.getContext("2d");
            context.drawImage(picture, 0, 0);
            const { data } = context.getImageData(0, 0, picture.width, picture.height);
            return [...data].filter((_, i) => i % 4 === 3);
        }"""
    )
    posterior = account().posterior
    np.testing.assert_allclose(np.array(opacity) / max(opacity), posterior.ravel(), rtol=0, atol=6e-3)


def test_an_autoencoder_has_no_account(page: Page) -> None:
    data = {"account": None, "binary": "AAAA", "weight": {"beta": 1}, "strongest": STRONGEST, "seen": 0}
    trial = mounted(page, "loss", data)
    expect(trial.get_by_test_id("no-account")).to_contain_text("An autoencoder has no prior")
    for part in (".costs", ".posterior", ".meanings"):
        expect(trial.locator(part)).to_be_hidden()


def belongs(page: Page, own: Own, variational: bool = True) -> Locator:
    return mounted(page, "belonging", shown(ground(scores(variational)), own))


def test_the_image_stands_among_the_digits(page: Page) -> None:
    trial = belongs(page, Own(-150.0, 140.0, 90))
    for score, value in (("log_likelihood", -150.0), ("reconstruction", 140.0)):
        plot = trial.locator(f"[data-score={score}].histogram")
        across, up = on_axis(plot, "x-tick"), on_axis(plot, "y-tick")
        assert np.polyval(across, sum(span(plot.locator(".own"))) / 2) == pytest.approx(value, abs=0.5)
        bars = plot.locator(".digits").all()
        counts = getattr(ground(scores()), score).counts
        assert len(bars) == len(counts)
        for i in (5, 30, 50):
            assert np.polyval(up, box_of(bars[i])["y"]) == pytest.approx(counts[i], abs=5)
    expect(trial.locator(".histogram .said").first).to_have_text(
        re.compile(r"More likely than 2\d % of the test digits\.")
    )


def test_a_value_beyond_the_histogram_is_an_arrow_at_its_edge(page: Page) -> None:
    trial = belongs(page, Own(-2000.0, 1990.0, 300))
    plots = trial.locator(".histogram")
    expect(plots.nth(0).locator(".own.beyond")).to_have_count(1)
    expect(plots.nth(0).locator(".own-name")).to_have_text("this image −2000.0")
    expect(plots.nth(0).locator(".said")).to_have_text("Less likely than every test digit.")
    expect(plots.nth(1).locator(".own-name")).to_have_text("this image 1990.0")
    arrows = [span(plot.locator(".own")) for plot in plots.all()]
    axes = [span(plot.locator(".axis")) for plot in plots.all()]
    assert arrows[0][0] == pytest.approx(axes[0][0], abs=4)
    assert arrows[1][1] == pytest.approx(axes[1][1], abs=4)


def test_the_curves_are_those_of_the_scores(page: Page) -> None:
    trial = belongs(page, Own(-150.0, 140.0, 90))
    found = ground(scores())
    for strangers in STRANGERS:
        plot = trial.locator(f"[data-strangers={strangers}]")
        plot.scroll_into_view_if_needed()
        for score in ("log_likelihood", "reconstruction"):
            curve = getattr(found, score).curves[strangers]
            expect(plot.locator(f".areas [data-score={score}]")).to_have_text(f"{curve['area']:.3f}")
            line = plot.locator(f"polyline.{score}")
            points = line.evaluate("line => [...line.points].map(({ x, y }) => [x, y])")
            x, y = np.array(points).T
            assert (x - x[0]) / np.ptp(x) == pytest.approx(np.array(curve["x"]), abs=1e-3)
            assert (y[0] - y) / np.ptp(y) == pytest.approx(np.array(curve["y"]), abs=1e-3)
            assert np.ptp(x) == pytest.approx(np.ptp(y), abs=0.5)  # to scale
    expect(trial.locator(".fooled")).to_be_hidden()


def test_strangers_that_score_better_are_told(page: Page) -> None:
    turned = scores()._replace(log_likelihood={name: -each for name, each in scores().log_likelihood.items()})
    trial = mounted(page, "belonging", shown(ground(turned), Own(-150.0, 140.0, 90)))
    expect(trial.locator("[data-strangers=noise] .areas [data-score=log_likelihood]")).to_have_text("0.000")
    expect(trial.locator(".fooled")).to_be_visible()


def test_an_autoencoder_is_compared_by_its_error_alone(page: Page) -> None:
    trial = belongs(page, Own(None, 140.0, 90), variational=False)
    expect(trial.locator(".histogram .digits").first).to_be_visible()
    expect(trial.locator("[data-score=log_likelihood].histogram .area")).to_be_hidden()
    expect(trial.locator("polyline")).to_have_count(len(STRANGERS))
    expect(trial.locator("polyline.reconstruction")).to_have_count(len(STRANGERS))


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    sideways = "trial => trial.scrollWidth - trial.clientWidth"
    assert cost(page).evaluate(sideways) <= 0
    assert belongs(page, Own(-150.0, 140.0, 90)).evaluate(sideways) <= 0
