"""The map in a real browser: what hands do, what is drawn, and what torch says should have been drawn."""

from __future__ import annotations

import base64
import io
import math
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.reading import (
    CHECKPOINTS,
    Sockets,
    assert_decoded,
    box_of,
    decoder,
    open_map,
    plane,
    shown,
    visible_range,
    wait_until_shown,
    z_at,
)
from vae.model import checkpoint

NO_WEBGL = """{
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (kind, ...given) {
        return kind.includes("webgl") ? null : getContext.call(this, kind, ...given);
    };
}"""
HALF_PIXEL = 0.03  # in units of z at the first view; tick labels are centred to half a pixel


def test_click_in_empty_space_draws_what_torch_decodes(page: Page, app: App) -> None:
    open_map(page, app.url)
    before = visible_range(page)
    box = box_of(plane(page))
    x, y = round(box["x"] + 0.12 * box["width"]), round(box["y"] + 0.92 * box["height"])
    z = z_at(page, x, y)
    assert max(abs(value) for value in z) > 2.5  # where no digit lies
    page.mouse.click(x, y)
    drawn = wait_until_shown(page, z, HALF_PIXEL)
    assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
    assert drawn.model == "vae"
    marker = page.locator(".mark-pin")
    expect(marker).to_have_attribute("data-z1", f"{drawn.z[0]:g}")
    ring = box_of(marker)
    assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx((x, y), abs=1)
    expect(page).to_have_url(re.compile(rf"z1={drawn.z[0]:g}\b.*z2={drawn.z[1]:g}\b"))
    expect(page.locator(".latent-map-spoken")).to_contain_text("No code lives near here")
    assert visible_range(page) == before


def test_hover_previews_and_leaving_restores_the_pin(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_map(page, f"{app.url}/?z1=-1&z2=0.5")
    pinned = wait_until_shown(page, (-1, 0.5))
    expect(page.locator(".latent-map-legend button")).to_have_count(10)
    page.wait_for_load_state("networkidle")
    model = decoder("vae")
    box = box_of(plane(page))
    reruns = sockets.reruns
    for share in (0.3, 0.5, 0.7):
        x, y = round(box["x"] + share * box["width"]), round(box["y"] + 0.6 * box["height"])
        page.mouse.move(x, y, steps=10)
        drawn = wait_until_shown(page, z_at(page, x, y), HALF_PIXEL)
        assert_decoded(model, drawn.z, drawn.pixels)
    page.mouse.move(box["x"] + box["width"] + 40, 20)
    left = wait_until_shown(page, (-1, 0.5))
    assert (left.pixels == pinned.pixels).all()
    expect(page.locator(".mark-pin")).to_have_attribute("data-z1", "-1")
    assert sockets.reruns == reruns  # no pointer move asks Python for anything
    assert sockets.most_in_flight == 1


def test_pictures_follow_the_pointer(page: Page, app: App) -> None:
    """Every picture drawn on the way was asked for; the rate is told (pytest -s), not judged."""
    sockets = Sockets(page)
    open_map(page, app.url)
    start = shown(page).frames
    milliseconds = plane(page).evaluate(
        """plot => new Promise(done => {
            const box = plot.getBoundingClientRect(), from = performance.now();
            let moves = 0;
            const move = () => {
                const angle = 0.05 * moves++;
                plot.querySelector(".nsewdrag").dispatchEvent(new PointerEvent("pointermove", {
                    bubbles: true, isPrimary: true, pointerType: "mouse",
                    clientX: box.x + box.width * (0.5 + 0.3 * Math.cos(angle)),
                    clientY: box.y + box.height * (0.5 + 0.3 * Math.sin(angle)),
                }));
                if (moves < 120) requestAnimationFrame(move); else done(performance.now() - from);
            };
            move();
        })"""
    )
    box = box_of(plane(page))
    x = box["x"] + box["width"] * (0.5 + 0.3 * math.cos(0.05 * 119))
    y = box["y"] + box["height"] * (0.5 + 0.3 * math.sin(0.05 * 119))
    last = wait_until_shown(page, z_at(page, x, y), HALF_PIXEL)
    assert_decoded(decoder("vae"), last.z, last.pixels)
    drawn = last.frames - start
    print(f"{1000 * drawn / milliseconds:.1f} digits drawn a second")
    assert 12 <= drawn <= 121
    assert drawn <= len(sockets.asked)
    assert sockets.most_in_flight == 1


def test_arrow_keys_move_the_pin(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=0&z2=0")
    wait_until_shown(page, (0, 0))
    before = visible_range(page)
    plane(page).focus()
    ring = "plot => getComputedStyle(plot.parentElement, '::after').borderTopStyle"
    assert plane(page).evaluate(ring) == "solid"
    page.keyboard.press("ArrowRight")
    step = shown_after(page, (0, 0)).z[0]
    assert 0 < step < 0.5
    page.keyboard.press("Shift+ArrowUp")
    drawn = shown_after(page, (step, 0))
    assert drawn.z[0] == step
    assert drawn.z[1] > 2 * step
    assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
    expect(page).to_have_url(re.compile(rf"z1={step:g}\b.*z2={drawn.z[1]:g}\b"))
    expect(page.locator(".latent-map-spoken")).to_contain_text(f"z1 {step:.2f}, z2 {drawn.z[1]:.2f}")
    expect(plane(page)).to_be_focused()
    assert visible_range(page) == before
    page.keyboard.press("+")
    page.wait_for_function("document.querySelector('[data-testid=latent-map]').layout.xaxis.range[0] > -3")
    page.keyboard.press("0")
    page.wait_for_function("document.querySelector('[data-testid=latent-map]').layout.xaxis.range[0] < -3")
    assert visible_range(page) == before
    assert shown(page).z == drawn.z


def shown_after(page: Page, z: tuple[float, float]):
    """What is shown once the picture of z is gone."""
    page.wait_for_function(
        """([z1, z2]) => {
            const {z1: shown1, z2: shown2} = document.querySelector("[data-testid=digit]").dataset;
            return +shown1 !== z1 || +shown2 !== z2;
        }""",
        arg=[*z],
    )
    return shown(page)


def test_zoom_and_hidden_digits_survive_a_rerun(page: Page, app: App) -> None:
    open_map(page, app.url)
    plane(page).evaluate("plot => { plot.theSame = true; }")
    page.get_by_role("button", name="Digit 3").click()
    page.get_by_role("button", name="Zoom in").click()
    box = box_of(plane(page))
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 50, middle[1] - 30, steps=5)
    page.mouse.up()
    page.mouse.wheel(0, -200)
    page.wait_for_function("!document.querySelector('[data-testid=latent-map]')._dragging")
    expect(page).not_to_have_url(re.compile("z1="))  # a drag is no click
    settled = page.wait_for_function(
        """() => {
            const now = JSON.stringify(document.querySelector("[data-testid=latent-map]").layout.xaxis.range);
            const before = window.lastRange;
            window.lastRange = now;
            return before === now;
        }""",
        polling=200,
    )
    settled.dispose()
    zoomed = visible_range(page)
    page.mouse.click(middle[0] + 90, middle[1] + 60)
    expect(page).to_have_url(re.compile("z1="))  # the rerun has been here
    assert visible_range(page) == zoomed
    visible = plane(page).evaluate("plot => plot.data.map(trace => trace.visible)")
    assert [digit for digit, seen in enumerate(visible) if seen is not True] == [3]
    expect(page.get_by_role("button", name="Digit 3")).to_have_attribute("aria-pressed", "false")
    assert plane(page).evaluate("plot => plot.theSame")  # not a new one in its place


def test_prior_circles_are_to_scale(page: Page, app: App) -> None:
    open_map(page, app.url)
    page.get_by_role("button", name="Zoom in").click()
    x, y = visible_range(page)
    assert x[1] - x[0] == pytest.approx(y[1] - y[0])
    box = box_of(plane(page))
    assert box["width"] == box["height"]
    for sigma, circle in zip((1, 2, 3), page.locator("ellipse.prior").all(), strict=True):
        radius = sigma * box["width"] / (x[1] - x[0])
        assert float(circle.get_attribute("rx") or 0) == pytest.approx(radius, abs=0.05)
        assert float(circle.get_attribute("ry") or 0) == pytest.approx(radius, abs=0.05)
    expect(page.locator(".prior-label")).to_have_text(["1σ", "2σ", "3σ"])


def test_without_webgl_the_map_has_all_its_dots_in_their_places(page: Page, app: App) -> None:
    page.add_init_script(NO_WEBGL)
    open_map(page, app.url)
    latents = checkpoint.load(CHECKPOINTS / "vae.pt").latents
    dots = plane(page).locator(".scatterlayer .point")
    expect(dots).to_have_count(len(latents.means))
    wanted = latents.means[latents.labels == 4][0]
    there = box_of(plane(page).locator(".scatterlayer .trace").nth(4).locator(".point").first)
    middle = there["x"] + there["width"] / 2, there["y"] + there["height"] / 2
    assert z_at(page, *middle) == pytest.approx(wanted, abs=HALF_PIXEL)
    page.mouse.click(*middle)
    expect(page.locator(".mark-pin")).to_have_attribute("data-z1", f"{wanted[0]:.4f}".rstrip("0"))
    page.get_by_role("button", name="Digit 4").click()
    expect(dots).to_have_count(int((latents.labels != 4).sum()))
    page.get_by_role("radio", name="Autoencoder").click()
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")


def test_another_checkpoint_draws_with_its_own_decoder(page: Page, app: App) -> None:
    open_map(page, f"{app.url}/?z1=1&z2=1")
    before = wait_until_shown(page, (1, 1))
    expect(page.locator("ellipse.prior").first).to_be_visible()
    page.get_by_role("button", name="Digit 7").click()
    page.get_by_text("Autoencoder", exact=True).click()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", "autoencoder")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    drawn = wait_until_shown(page, (1, 1))
    assert_decoded(decoder("autoencoder"), drawn.z, drawn.pixels)
    assert (drawn.pixels != before.pixels).any()
    expect(page.locator("ellipse.prior").first).to_be_hidden()  # it was trained without a prior
    expect(page.get_by_role("button", name="Digit 7")).to_have_attribute("aria-pressed", "false")


def test_manifold_shows_what_each_place_decodes_to(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_map(page, f"{app.url}/?manifold=1")
    image = page.wait_for_function(
        "() => document.querySelector('[data-testid=latent-map]').layout.images?.[0]"
    ).json_value()
    picture = Image.open(io.BytesIO(base64.b64decode(image["source"].partition(",")[2])))
    ink = np.array(picture.getchannel("A"))
    cells = len(ink) // 28
    assert ink.shape == (28 * cells, 28 * cells)
    model = decoder("vae")
    for row, column in ((0, 0), (cells // 2, cells // 3), (cells - 1, cells - 1)):
        z1 = image["x"] + (column + 0.5) * image["sizex"] / cells
        z2 = image["y"] - (row + 0.5) * image["sizey"] / cells
        cell = ink[28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
        assert_decoded(model, (z1, z2), cell)
    x, y = visible_range(page)
    assert [image["x"], image["x"] + image["sizex"]] == pytest.approx(x)
    assert [image["y"] - image["sizey"], image["y"]] == pytest.approx(y)
    assert max(len(request) for request in sockets.asked) <= 4 + 8 * 256
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(
        "side => document.querySelector('[data-testid=latent-map]').layout.images?.[0]?.sizex < 0.9 * side",
        arg=image["sizex"],
    )


def test_theme_changes_without_losing_the_view(page: Page, app: App) -> None:
    open_map(page, app.url)
    page.get_by_role("button", name="Zoom in").click()
    zoomed = visible_range(page)
    tick = plane(page).locator(".xtick text").first
    light = tick.evaluate("label => getComputedStyle(label).fill")
    page.emulate_media(color_scheme="dark")
    expect(tick).not_to_have_css("fill", light)
    assert visible_range(page) == zoomed


@pytest.mark.parametrize("missing", ["latent_map/map.js", "bus.js", "plotly-*"])
def test_files_that_cannot_be_loaded_are_tried_again(context: BrowserContext, app: App, missing: str) -> None:
    page = context.new_page()
    page.route(f"**/atlas/**{missing}*", lambda route: route.fulfill(status=404))
    page.goto(app.url)
    expect(page.get_by_role("status").filter(has_text="cannot be loaded").first).to_be_visible()
    page.unroute_all()
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("status").filter(has_text="cannot be loaded")).to_have_count(0)
    assert_decoded(decoder("vae"), wait_until_shown(page, (0, 0)).z, shown(page).pixels)


def test_touch_points_taps_and_pinches(phone: Page, app: App) -> None:
    open_map(phone, f"{app.url}/?z1=0&z2=0")
    wait_until_shown(phone, (0, 0))
    plane(phone).scroll_into_view_if_needed()
    box = box_of(plane(phone))
    assert box["width"] > 340
    session = phone.context.new_cdp_session(phone)
    first = round(box["x"] + 0.3 * box["width"]), round(box["y"] + 0.7 * box["height"])
    second = first[0] + 90, first[1] - 60
    before = visible_range(phone)

    touch(session, "touchStart", first)
    for part in range(1, 6):
        touch(session, "touchMove", (first[0] + 18 * part, first[1] - 12 * part))
    dragged = wait_until_shown(phone, z_at(phone, *second), 2 * HALF_PIXEL)
    expect(phone.locator(".mark-pin")).to_have_attribute("data-z1", "0")  # as long as the finger is down
    touch(session, "touchEnd")
    expect(phone.locator(".mark-pin")).not_to_have_attribute("data-z1", "0")
    chosen = phone.locator(".mark-pin").evaluate("mark => [+mark.dataset.z1, +mark.dataset.z2]")
    assert chosen == pytest.approx(dragged.z, abs=3 * HALF_PIXEL)  # there, or the dot beside it
    assert visible_range(phone) == before
    assert phone.evaluate("scrollY") == 0

    touch(session, "touchStart", first)
    touch(session, "touchEnd")
    tapped = wait_until_shown(phone, z_at(phone, *first), 3 * HALF_PIXEL)
    expect(phone).to_have_url(re.compile(rf"z1={tapped.z[0]:g}\b"))

    fixed = z_at(phone, *first)
    touch(session, "touchStart", first, second)
    touch(session, "touchMove", first, (first[0] + 180, first[1] - 120))
    phone.wait_for_function(
        "width => { const [a, b] = document.querySelector('[data-testid=latent-map]').layout.xaxis.range;"
        " return b - a < 0.6 * width; }",
        arg=before[0][1] - before[0][0],
    )
    touch(session, "touchEnd")
    assert z_at(phone, *first) == pytest.approx(fixed, abs=2 * HALF_PIXEL)
    expect(phone.locator(".mark-pin")).to_have_attribute("data-z1", f"{tapped.z[0]:g}")


def pin_in(url: str) -> list[float]:
    """The pinned point of an address."""
    asked = parse_qs(urlsplit(url).query)
    return [float(asked[name][0]) for name in ("z1", "z2")]


def test_page_recovers_when_the_server_comes_back(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_map(page, f"{mortal_app.url}/?z1=1&z2=-1")
    pinned = wait_until_shown(page, (1, -1))
    page.evaluate("window.theSame = true")
    page.get_by_role("button", name="Zoom in").click()
    zoomed = visible_range(page)

    mortal_app.kill()
    notice = page.locator(".latent-map-notice")
    expect(notice).to_contain_text("The server does not answer")
    assert (shown(page).pixels == pinned.pixels).all()
    box = box_of(plane(page))
    x, y = round(box["x"] + 0.4 * box["width"]), round(box["y"] + 0.4 * box["height"])
    z = z_at(page, x, y)
    page.mouse.move(x, y)

    mortal_app.start()
    expect(notice).to_be_hidden()
    drawn = wait_until_shown(page, z, HALF_PIXEL)  # what the pointer asked for meanwhile
    assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
    page.mouse.move(box["x"] + box["width"] + 40, 20)
    wait_until_shown(page, (1, -1))
    page.mouse.click(x, y)
    # Python hears of pins again, of this one or of a dot that is as good as there
    page.wait_for_url(lambda url: math.dist(pin_in(url), drawn.z) < 0.1)
    assert visible_range(page) == zoomed
    assert page.evaluate("window.theSame")  # it was not reloaded
    assert errors == []
