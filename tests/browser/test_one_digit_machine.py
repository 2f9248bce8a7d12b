"""The machine of one digit in a real browser: every number and picture on it is the network's own."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.machine import open_machine
from tests.browser.machine_reading import (
    GREY,
    Pair,
    assert_consistent,
    posterior,
    seen,
    values,
    wait_for_z,
)
from tests.browser.reading import Sockets, assert_decoded, box_of, decoder, shown


def drag(page: Page, slider: Locator, value: float) -> None:
    """Take a slider's thumb, which stands at 0 of -3 to 3, near `value`, and hold it there."""
    box = box_of(slider)
    middle, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle, y)
    page.mouse.down()
    page.mouse.move(middle + value / 6 * (box["width"] - 24), y, steps=5)


@pytest.mark.parametrize("digit", [0, 12, 321])
def test_every_number_and_picture_is_the_networks_own(page: Page, app: App, digit: int) -> None:
    open_machine(page, app, f"digit={digit}")
    assert_consistent(page)
    assert shown(page).pixels.any()


def test_a_slider_moves_z_formula_and_picture_without_python(page: Page, app: App) -> None:
    open_machine(page, app)
    sockets = Sockets(page)
    slider = page.get_by_test_id("eps1-slider")
    drag(page, slider, 2)
    moved = float(slider.input_value())
    assert 1.5 < moved < 2.5
    assert_consistent(page, noise=(moved, 0))
    assert sockets.reruns == 0
    page.mouse.up()
    page.wait_for_url(re.compile("e1="))
    told = parse_qs(urlsplit(page.url).query)
    assert float(told["e1"][0]) == pytest.approx(moved, abs=1e-4)
    assert_consistent(page, noise=(moved, 0))


NO_CHANGE = """addEventListener("change", (event) => {
    if (event.target.type === "range") event.stopImmediatePropagation();
}, true)"""


def test_a_slider_that_is_let_go_is_told_of_though_safari_calls_it_no_change(page: Page, app: App) -> None:
    page.add_init_script(NO_CHANGE)
    open_machine(page, app)
    slider = page.get_by_test_id("eps1-slider")
    drag(page, slider, 2)
    page.mouse.up()
    page.wait_for_url(re.compile("e1="))
    assert float(parse_qs(urlsplit(page.url).query)["e1"][0]) == pytest.approx(
        float(slider.input_value()), abs=1e-4
    )


SLOW = """{
    const Real = WebSocket;
    window.WebSocket = class extends Real {
        set onmessage(hear) {
            super.onmessage = this.url.includes("/decode/") ? (event) => setTimeout(hear, 700, event) : hear;
        }
    };
}"""


def test_pictures_follow_a_moving_slider_on_a_slow_link(page: Page, app: App) -> None:
    page.add_init_script(SLOW)
    open_machine(page, app)
    first = shown(page).frames
    slider = page.get_by_test_id("eps1-slider")
    drag(page, slider, 1)
    box = box_of(slider)
    moves = 0
    while shown(page).frames < first + 2 and moves < 300:  # the slider never rests
        moves += 1
        page.mouse.move(box["x"] + 30 + moves % 100, box["y"] + box["height"] / 2)
    assert shown(page).frames >= first + 2
    page.mouse.up()
    assert_consistent(page, noise=(float(slider.input_value()), 0))


def test_the_address_brings_the_noise_back_and_one_button_ends_it(page: Page, app: App) -> None:
    open_machine(page, app, "digit=7&e1=1.5&e2=-2.25")
    assert_consistent(page, noise=(1.5, -2.25))
    page.get_by_role("button", name="Noise off").click()
    expect(page.get_by_test_id("eps1")).to_have_text("0.00")
    assert_consistent(page)
    page.wait_for_url(lambda url: "e1=" not in url and "digit=7" in url)


def test_one_draw_sets_the_noise(page: Page, app: App) -> None:
    open_machine(page, app)
    draw = page.get_by_role("button", name="Draw 1", exact=True)
    drawn = []
    for _ in range(4):
        draw.click()
        noise = (
            float(page.get_by_test_id("eps1-slider").input_value()),
            float(page.get_by_test_id("eps2-slider").input_value()),
        )
        assert_consistent(page, noise=noise)
        drawn.append(noise)
    assert len(set(drawn)) == 4
    assert np.abs(drawn).max() <= 3


@pytest.mark.parametrize("count", [16, 100])
def test_a_cloud_is_draws_of_the_posterior_each_with_its_picture(page: Page, app: App, count: int) -> None:
    open_machine(page, app)
    page.get_by_role("button", name=f"Draw {count}").click()
    thumbnails = page.get_by_test_id("cloud-digit")
    expect(thumbnails).to_have_count(count)
    expect(page.locator("[data-testid=cloud-digit][data-z1]")).to_have_count(count)
    read = thumbnails.evaluate_all(
        f"all => all.map(canvas => ({{...canvas.dataset, grey: ({GREY})(canvas)}}))"
    )
    noise = np.array([[float(one["eps1"]), float(one["eps2"])] for one in read])
    z = np.array([[float(one["z1"]), float(one["z2"])] for one in read])
    mean, deviation = posterior("vae", seen(page))
    np.testing.assert_allclose(z, mean + deviation * noise, atol=1e-5)
    assert_decoded(decoder("vae"), z, np.array([one["grey"] for one in read], np.uint8))
    assert len(np.unique(noise, axis=0)) == count
    assert np.abs(noise.mean(axis=0)).max() < 5 / np.sqrt(count)  # of N(0, I): wrong once in a million
    dots = page.get_by_test_id("lens").locator(".cloud circle")
    expect(dots).to_have_count(count)
    assert_to_scale(page, dots, noise)

    thumbnails.nth(3).click()
    assert_consistent(page, noise=(noise[3][0], noise[3][1]))
    page.wait_for_url(re.compile("e1="))
    expect(thumbnails).to_have_count(count)
    page.get_by_role("button", name="Hide draws").click()
    expect(thumbnails).to_have_count(0)


def assert_to_scale(page: Page, dots: Locator, noise: Pair) -> None:
    """Each dot lies as many sigma from the mean as its noise says, by the ellipse of one sigma."""
    ellipse = page.get_by_test_id("lens").locator("[data-sigma='1']")
    cx, cy, rx, ry = (float(ellipse.get_attribute(name) or "nan") for name in ("cx", "cy", "rx", "ry"))
    places = dots.evaluate_all("all => all.map(dot => [dot.cx.baseVal.value, dot.cy.baseVal.value])")
    wanted = np.array([cx, cy]) + noise * [rx, -ry]
    np.testing.assert_allclose(places, wanted, atol=0.01)


def test_the_lens_shows_the_ellipse_of_the_map_to_scale(page: Page, app: App) -> None:
    open_machine(page, app, "e1=1")
    lens = page.get_by_test_id("lens")
    factor = float(lens.get_attribute("data-factor") or "nan")
    expect(page.get_by_test_id("lens-factor")).to_have_text(f"{factor:g} times as large")
    deviation = values(page, "sigma")
    range_ = page.get_by_test_id("latent-map").evaluate("plot => plot.layout.xaxis.range")
    unit = page.get_by_test_id("latent-map").evaluate("plot => plot._fullLayout.xaxis._length") / (
        range_[1] - range_[0]
    )
    radii = ("rx", "ry")
    for sigma in (1, 2):
        at = f"[data-sigma='{sigma}']"
        small = page.locator(f".latent-map-overlay {at}")
        on_map = [float(small.get_attribute(radius) or "nan") for radius in radii]
        in_lens = [float(lens.locator(at).get_attribute(radius) or "nan") for radius in radii]
        np.testing.assert_allclose(on_map, sigma * deviation * unit, rtol=1e-4)
        np.testing.assert_allclose(in_lens, sigma * deviation * unit * factor, rtol=1e-4)
        assert max(in_lens) < box_of(lens.locator("svg"))["width"] / 2  # two sigma fit
    marked = page.get_by_test_id("map-mean")
    place = marked.evaluate("mark => mark.getBoundingClientRect().x + mark.getBoundingClientRect().width / 2")
    plot = box_of(page.get_by_test_id("latent-map"))
    mean = values(page, "mu")
    assert place == pytest.approx(plot["x"] + (mean[0] - range_[0]) * unit, abs=1.5)


def test_an_autoencoder_has_a_point_and_no_noise(page: Page, app: App) -> None:
    open_machine(page, app, "e1=2")
    page.get_by_text("Autoencoder", exact=True).click()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
    mean, _ = posterior("autoencoder", seen(page))
    wait_for_z(page, mean)
    np.testing.assert_allclose(values(page, "mu"), mean, rtol=1e-4, atol=1e-4)
    expect(page.get_by_test_id("lens")).to_be_hidden()
    expect(page.get_by_test_id("sigma1")).to_be_hidden()
    expect(page.get_by_test_id("eps1-slider")).to_be_disabled()
    expect(page.get_by_text("An autoencoder gives a point and no width")).to_be_visible()
    assert_decoded(decoder("autoencoder"), shown(page).z, shown(page).pixels)
    page.get_by_text("VAE", exact=True).click()
    expect(page.get_by_test_id("lens")).to_be_visible()
    assert_consistent(page, noise=(2, 0))  # it is as it was


def test_another_image_goes_through_at_once(page: Page, app: App) -> None:
    open_machine(page, app)
    first = seen(page)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("digit="))
    page.wait_for_function(
        "([canvas, first]) => JSON.stringify((" + GREY + ")(canvas)) !== JSON.stringify(first)",
        arg=[page.get_by_test_id("input").element_handle(), first.tolist()],
    )
    assert_consistent(page)


def test_thirty_images_a_second_go_through(page: Page, app: App) -> None:
    """As while somebody draws: there is always another image, sent as soon as the last one is answered."""
    open_machine(page, app)
    found = page.evaluate(
        """async () => {
            const modules = performance.getEntriesByType("resource").map(({name}) => name);
            const module = modules.find((name) => name.endsWith("wire/encode_channel.js"));
            const {EncodeChannel} = await import(module);
            let [answers, begun] = [0, 0];
            return new Promise((found) => {
                const channel = new EncodeChannel("vae", ({open}) => open && ask());
                const ask = () => {
                    begun ||= performance.now();
                    const image = Uint8Array.from({length: 784}, () => 256 * Math.random());
                    channel.follow(image, () => {
                        answers += 1;
                        if (answers < 100) return ask();
                        channel.close();
                        found(100000 / (performance.now() - begun));
                    });
                };
            });
        }"""
    )
    assert found >= 30


def test_the_machine_recovers_when_the_server_comes_back(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_machine(page, mortal_app)
    assert_consistent(page)
    before = shown(page)
    mortal_app.kill()
    notice = page.locator(".latent-map-notice")
    expect(notice).to_contain_text("The server does not answer")
    slider = page.get_by_test_id("eps1-slider")
    slider.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_test_id("eps1")).to_have_text("0.50")  # the sum needs no server, the picture does
    assert (shown(page).pixels == before.pixels).all()
    mortal_app.start()
    expect(notice).to_be_hidden()
    assert_consistent(page, noise=(0.5, 0))
    page.wait_for_url(re.compile("e1=0.5"))
    assert errors == []
