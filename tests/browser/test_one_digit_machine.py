"""The machine of one digit in a real browser: every number and picture on it is the network's own."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Locator, Page, expect

from pages.components.one_digit.code import steps
from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.reading import Sockets, assert_decoded, box_of, decoder, resize, shown

GREY = """canvas => { const data = canvas.getContext("2d").getImageData(0, 0, 28, 28).data;
    return Array.from({length: 784}, (_, i) => data[4 * i]); }"""
AXES = (1, 2)
Pair = NDArray[np.float64]


def open_machine(page: Page, app: App, query: str = "") -> None:
    """Returns when the image has gone through the machine and the map shows the test digits."""
    page.goto(f"{app.url}/one_digit{query}")
    expect(page.get_by_test_id("latent-map").first).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def seen(page: Page) -> NDArray[np.uint8]:
    """What the encoder sees, (784,), as it stands on the page."""
    return np.array(page.get_by_test_id("input").evaluate(GREY), np.uint8)


def posterior(model: str, image: NDArray[np.uint8]) -> tuple[Pair, Pair]:
    """Mean and deviation by torch, (2,) each."""
    network = decoder(model)
    grey = torch.from_numpy(image[None].astype(np.float32) / 255).to(next(network.parameters()).device)
    with torch.inference_mode():
        mean, log_variance = network.encode(grey)
    return mean[0].cpu().double().numpy(), (log_variance[0] / 2).exp().cpu().double().numpy()


def values(page: Page, name: str) -> Pair:
    """What the page says of "mu" or "sigma", unrounded."""
    return np.array(
        [float(page.get_by_test_id(f"{name}{axis}").get_attribute("data-value") or "nan") for axis in AXES]
    )


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def eps(page: Page) -> Pair:
    return np.array([number(page.get_by_test_id(f"eps{axis}").inner_text()) for axis in AXES])


def wait_for_z(page: Page, z: Pair) -> None:
    """Wait until the decoded picture is that of z."""
    canvas = page.get_by_test_id("digit")
    page.wait_for_function(
        "([canvas, z]) => Math.hypot(canvas.dataset.z1 - z[0], canvas.dataset.z2 - z[1]) < 1e-5",
        arg=[canvas.element_handle(), z.tolist()],
    )


def assert_consistent(page: Page, model: str = "vae", noise: tuple[float, float] = (0, 0)) -> None:
    """Numbers, formula and pictures are those of the image on the page and of this noise."""
    mean, deviation = posterior(model, seen(page))
    z = mean + deviation * noise
    wait_for_z(page, z)
    np.testing.assert_allclose(values(page, "mu"), mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(values(page, "sigma"), deviation, rtol=1e-4, atol=1e-7)
    for i, axis in enumerate(AXES):
        expect(page.get_by_test_id(f"mu{axis}")).to_have_text(f"{mean[i]:.2f}".replace("-", "−"))
        expect(page.get_by_test_id(f"sigma{axis}")).to_have_text(f"{deviation[i]:.3f}")
        line = page.get_by_test_id(f"formula{axis}").inner_text().replace("(", "").replace(")", "")
        told = [number(word) for word in re.findall(r"−?\d+\.\d+", line)]
        wanted = [mean[i], deviation[i], noise[i], z[i]] if deviation.any() else [mean[i]]
        half = [0.00051, 0.00051, 0.0051, 0.00051]  # of the last decimal
        assert len(told) == len(wanted)
        assert all(abs(a - b) <= near for a, b, near in zip(told, wanted, half, strict=False)), line
    drawn = shown(page)
    assert drawn.model == model
    assert_decoded(decoder(model), drawn.z, drawn.pixels)


def drag(page: Page, slider: Locator, value: float) -> None:
    """Take a slider's thumb, which stands at 0 of -3 to 3, near `value`, and hold it there."""
    box = box_of(slider)
    middle, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle, y)
    page.mouse.down()
    page.mouse.move(middle + value / 6 * (box["width"] - 24), y, steps=5)


def code(page: Page) -> Locator:
    return page.get_by_test_id("code")


def title(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"{name}: show the code")


@pytest.mark.parametrize("digit", [0, 12, 321])
def test_every_number_and_picture_is_the_networks_own(page: Page, app: App, digit: int) -> None:
    open_machine(page, app, f"?digit={digit}")
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
    open_machine(page, app, "?digit=7&e1=1.5&e2=-2.25")
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
    open_machine(page, app, "?e1=1")
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
    open_machine(page, app, "?e1=2")
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


def test_a_title_shows_the_lines_that_run(page: Page, app: App) -> None:
    open_machine(page, app)
    wanted = steps(decoder("vae").config.encoder)
    expect(code(page)).to_be_hidden()
    for step in ("encoder", "noise", "decoder", "loss"):
        title(page, step.capitalize()).hover()
        expect(code(page)).to_be_visible()
        assert code(page).text_content() == wanted[step]
        code(page).hover()  # it can be gone to and scrolled
        page.mouse.wheel(0, 50)
        expect(code(page)).to_be_visible()
        page.mouse.move(5, 5)
        expect(code(page)).to_be_hidden()


def test_the_keyboard_reaches_code_sliders_and_draws(page: Page, app: App) -> None:
    open_machine(page, app)
    page.get_by_test_id("input").evaluate("canvas => canvas.closest('section').setAttribute('tabindex', -1)")
    title(page, "Encoder").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(code(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(code(page)).to_be_hidden()
    page.get_by_test_id("eps2-slider").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert_consistent(page, noise=(0, 1.45))
    page.wait_for_url(re.compile("e2=1.45"))
    page.get_by_role("button", name="Draw 16").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Draw 1: epsilon")).focus()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name=re.compile("^Draw 16: epsilon"))).to_be_focused()
    page.keyboard.press("Enter")
    last = page.get_by_test_id("cloud-digit").last
    noise = [float(last.get_attribute(f"data-eps{axis}") or "nan") for axis in AXES]
    assert_consistent(page, noise=(noise[0], noise[1]))


def test_a_finger_moves_a_slider_and_opens_the_code(phone: Page, app: App) -> None:
    open_machine(phone, app)
    title(phone, "Encoder").tap()
    expect(code(phone)).to_be_visible()
    phone.get_by_test_id("mu1").tap()
    expect(code(phone)).to_be_hidden()
    slider = phone.get_by_test_id("eps1-slider")
    slider.scroll_into_view_if_needed()
    box = box_of(slider)
    assert box["height"] >= 44
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", (x, y))
    for step in range(1, 6):
        touch(session, "touchMove", (x + 10 * step, y))
    assert_consistent(phone, noise=(float(slider.input_value()), 0))
    touch(session, "touchEnd")
    phone.wait_for_url(re.compile("e1="))
    assert float(slider.input_value()) > 0.3


def test_what_is_at_rest_is_said(page: Page, app: App) -> None:
    open_machine(page, app)
    (m1, m2), (s1, s2) = posterior("vae", seen(page))
    point = f"{m1:.2f}, {m2:.2f}"
    said = f"Mean {point}; width {s1:.3f}, {s2:.3f}; z {point}."
    expect(page.get_by_test_id("machine-spoken")).to_have_text(said.replace("-", "minus "))


def test_the_machine_fits_its_window(page: Page, app: App) -> None:
    open_machine(page, app, "?digit=12&e1=-2.85&e2=-2.85")  # the longest numbers
    for width, height in ((1280, 800), (1024, 768), (768, 1024), (390, 844)):
        resize(page, width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for axis in AXES:
            line = page.get_by_test_id(f"formula{axis}")
            assert line.evaluate("line => line.scrollWidth <= line.clientWidth"), f"at {width} px"
        boxes = [box_of(box) for box in page.locator(".machine-box").all()]
        if width > 960:  # in one row, whole in the window
            assert all(one["x"] + one["width"] <= other["x"] for one, other in pairwise(boxes))
            assert max(box["y"] + box["height"] for box in boxes) <= height
        else:
            assert all(one["y"] + one["height"] <= other["y"] for one, other in pairwise(boxes))


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
