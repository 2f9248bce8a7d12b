"""The walk through the plane in a real browser: what hands do, and what torch says should be drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from pages.components.continuity.walk import POINTS
from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.reading import Sockets, assert_decoded, box_of, decoder, shown, wait_until_shown
from vae.measure.traversal import filmstrip
from vae.plane.paths import spherical, straight
from vae.serving.passes import PASS

A, B = (-0.5, 1.25), (1.0, -1.5)
FRAMES_A_SECOND = 50

# Notes that every picture of a path has come, which the badge says until the next answer comes: no other
# request is so large that it takes a whole pass of the decoder.
WHOLE_PATH = f"""new MutationObserver(() => {{
    const badge = document.querySelector(".continuity-badge");
    if (badge?.textContent.includes("for {PASS} pictures")) window.wholePath = true;
}}).observe(document, {{ subtree: true, childList: true, characterData: true }})"""


def address(app: App, kind: str, **more: object) -> str:
    numbers = {"a1": A[0], "a2": A[1], "b1": B[0], "b2": B[1], "t": 0.5} | more
    query = "&".join(f"{name}={value}" for name, value in numbers.items())
    return f"{app.url}/continuity?model=vae&path={kind}&{query}"


def own(page: Page) -> Locator:
    """The row of the model whose plane the map shows."""
    return page.locator("[data-testid=lane][data-own]")


def open_walk(page: Page, url: str) -> None:
    page.add_init_script(WHOLE_PATH)
    page.goto(url)
    expect(page.get_by_test_id("latent-map")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "false")
    # all pictures of the path are here when a scrub asks the channel for nothing
    expect(own(page).get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))
    page.wait_for_function("window.wholePath")


def number(page: Page, testid: str, name: str) -> float:
    return float(page.get_by_test_id(testid).get_attribute(name) or "nan")


def grey(page: Page, selector: str) -> NDArray[np.uint8]:
    """The picture on a canvas, (784,)."""
    values = page.locator(selector).evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
            .filter((_, i) => i % 4 === 0)"""
    )
    return np.array(values, dtype=np.uint8)


def grab(page: Page, testid: str) -> tuple[float, float]:
    """Press the mouse in the middle of an element; returns where that is."""
    box = box_of(page.get_by_test_id(testid))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_dragging_the_slider_moves_everything_at_the_screen_s_rate(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_walk(page, address(app, "straight"))
    page.wait_for_load_state("networkidle")
    asked, reruns, frames = len(sockets.asked), sockets.reruns, shown(own(page)).frames
    x, y = grab(page, "path-slider")
    # The drag is told to the page as a hand would: one change an animation frame, for two seconds.
    seconds, screen = page.get_by_test_id("path-slider").evaluate(
        """slider => new Promise(done => {
            const from = performance.now();
            let frames = 0;
            const move = () => {
                slider.value = 0.5 + 0.5 * Math.sin(frames / 20);
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                if (++frames < 120) requestAnimationFrame(move);
                else done([(performance.now() - from) / 1000, frames]);
            };
            move();
        })"""
    )
    drawn = shown(own(page))
    print(f"{(drawn.frames - frames) / seconds:.1f} digits a second, screen {screen / seconds:.1f}")
    assert (
        drawn.frames - frames >= min(FRAMES_A_SECOND * seconds, screen) * 0.95
    )  # a digit every frame there was
    assert len(sockets.asked) == asked  # scrubbed here, not asked for
    assert sockets.reruns == reruns
    page.mouse.move(x + 150, y, steps=10)
    page.mouse.up()
    expect(page).not_to_have_url(re.compile(r"t=0\.5\b"))
    settled = number(page, "curves", "data-t")
    wanted = straight(A, B, POINTS)[round(settled * (POINTS - 1))]
    still = wait_until_shown(own(page), (float(wanted[0]), float(wanted[1])))
    assert_decoded(decoder("vae"), still.z, still.pixels)
    assert settled > 0.6
    marker = page.get_by_test_id("marker")
    expect(marker).to_have_attribute("data-z1", f"{still.z[0]}")


def test_arrow_keys_step_along_the_path(page: Page, app: App) -> None:
    open_walk(page, address(app, "spherical"))
    points = spherical(A, B, POINTS)
    slider = page.get_by_test_id("path-slider")
    slider.focus()
    for key, index in (("ArrowRight", 101), ("ArrowUp", 102), ("ArrowLeft", 101), ("End", 200), ("Home", 0)):
        page.keyboard.press(key)
        drawn = wait_until_shown(own(page), (float(points[index, 0]), float(points[index, 1])))
        assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
        assert number(page, "curves", "data-t") == pytest.approx(index / (POINTS - 1))
    expect(page).to_have_url(re.compile(r"t=0\.0\b|t=0\b"))
    page.keyboard.press("ArrowLeft")  # there is nothing before A
    assert number(page, "curves", "data-t") == 0


def test_cross_fade_blends_the_ends_and_the_digit_does_not(page: Page, app: App) -> None:
    open_walk(page, address(app, "straight"))
    middle = straight(A, B, POINTS)[100]
    wait_until_shown(own(page), (float(middle[0]), float(middle[1])))
    frames = own(page).get_by_test_id("filmstrip").locator("button")
    expect(frames).to_have_count(11)
    model, points = decoder("vae"), straight(A, B, POINTS)
    for k, index in enumerate(filmstrip(POINTS)):
        picture = grey(page, f"[data-own] [data-testid=filmstrip] button:nth-child({k + 1}) canvas")
        assert_decoded(model, points[index], picture)
    first, last = (
        grey(page, f"[data-own] [data-testid=filmstrip] button:{end}-child canvas")
        for end in ("first", "last")
    )
    blended = grey(page, "[data-testid=cross-fade]")
    np.testing.assert_allclose(blended, 0.5 * first.astype(float) + 0.5 * last, atol=0.51)
    assert np.abs(blended.astype(int) - shown(own(page)).pixels).max() > 50
    frames.nth(2).click()
    expect(page.get_by_test_id("curves")).to_have_attribute("data-t", "0.2")
    expect(page).to_have_url(re.compile(r"t=0\.2\b"))


def test_dragging_an_end_moves_path_and_pictures_and_reruns_once(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_walk(page, address(app, "straight"))
    page.wait_for_load_state("networkidle")
    before = page.get_by_test_id("path").locator(".line").get_attribute("d")
    start, reruns = shown(own(page)), sockets.reruns
    x, y = grab(page, "end-a")
    page.mouse.move(x - 60, y + 40, steps=15)
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "true")
    assert page.get_by_test_id("path").locator(".line").get_attribute("d") != before
    end = number(page, "end-a", "data-z1"), number(page, "end-a", "data-z2")
    assert end[0] < A[0]
    assert end[1] < A[1]
    middle = straight(end, B, POINTS)[100]
    moved = wait_until_shown(own(page), (float(middle[0]), float(middle[1])))
    assert_decoded(decoder("vae"), moved.z, moved.pixels)
    assert moved.frames > start.frames
    assert sockets.reruns == reruns  # Python hears of it when it is let go
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"a1={end[0]:g}\b"))
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "false")
    assert (number(page, "end-b", "data-z1"), number(page, "end-b", "data-z2")) == B
    assert sockets.most_in_flight == 1


def test_geodesic_is_straight_while_an_end_moves_and_comes_afterwards(page: Page, app: App) -> None:
    open_walk(page, address(app, "geodesic"))
    path = page.get_by_test_id("path")
    expect(path).to_have_attribute("data-kind", "geodesic")
    x, y = grab(page, "end-b")
    page.mouse.move(x + 40, y, steps=5)
    expect(path).to_have_attribute("data-kind", "straight")
    page.mouse.up()
    expect(path).to_have_attribute("data-kind", "geodesic")
    expect(page.get_by_test_id("curves")).to_have_attribute("aria-busy", "false")


# Every time that the page says how much of the plane is measured: how many of its parts are greyed out.
WATCH_WAITING = """
    window.greyed = {};
    new MutationObserver(() => {
        const done = /\\d+ %/.exec(document.querySelector(".atlas-lead")?.textContent ?? "");
        if (done) window.greyed[done] ??= document.querySelectorAll('[data-stale="true"]').length;
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""


def test_the_first_geodesic_of_a_server_is_awaited_with_nothing_greyed_out(
    page: Page, mortal_app: App
) -> None:
    page.add_init_script(WATCH_WAITING)
    page.goto(address(mortal_app, "straight"))
    path = page.get_by_test_id("path")
    expect(path).to_have_attribute("data-kind", "straight")
    page.get_by_role("radio", name="Geodesic").click()
    sentence = page.get_by_test_id("sentence")
    expect(sentence).to_have_text(re.compile("is being (measured|looked for)"))
    before = shown(own(page)).frames
    page.get_by_test_id("path-slider").focus()
    page.keyboard.press("ArrowRight")
    z1, z2 = straight(A, B, POINTS)[POINTS // 2 + 1].tolist()
    wait_until_shown(own(page), (z1, z2))
    assert shown(own(page)).frames > before
    expect(path).to_have_attribute("data-kind", "geodesic")
    expect(sentence).not_to_have_text(re.compile("is being"))
    greyed = page.evaluate("window.greyed")
    assert greyed
    assert not any(greyed.values())


def test_an_end_moves_by_keys_and_by_a_click_near_it(page: Page, app: App) -> None:
    open_walk(page, address(app, "straight"))
    page.get_by_test_id("end-b").focus()
    page.keyboard.press("ArrowRight")
    stepped = number(page, "end-b", "data-z1")
    assert B[0] < stepped < B[0] + 0.5
    expect(page).to_have_url(re.compile(rf"b1={stepped:g}\b"))
    box = box_of(page.get_by_test_id("end-b"))
    page.mouse.click(box["x"] + 70, box["y"] + 60)
    expect(page).not_to_have_url(re.compile(rf"b1={stepped:g}\b"))
    assert number(page, "end-b", "data-z1") > stepped
    assert (number(page, "end-a", "data-z1"), number(page, "end-a", "data-z2")) == A


def test_playing_goes_on_until_paused_and_tells_python_then(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_walk(page, address(app, "straight", t=0.0))
    page.wait_for_load_state("networkidle")
    play = page.get_by_test_id("play")
    expect(play).to_have_attribute("aria-pressed", "false")  # nothing plays by itself
    reruns = sockets.reruns
    page.get_by_label("Speed").select_option("4")
    play.click()
    page.wait_for_function("document.querySelector('[data-testid=curves]').dataset.t > 0.8")
    page.wait_for_function("document.querySelector('[data-testid=curves]').dataset.t < 0.6")  # and back
    assert sockets.reruns == reruns
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(page).not_to_have_url(re.compile(r"t=0\.0\b"))
    t, stopped = number(page, "curves", "data-t"), shown(own(page)).frames
    page.evaluate(
        """() => new Promise(done => {
            let frames = 20;
            const wait = () => (frames-- ? requestAnimationFrame(wait) : done());
            wait();
        })"""
    )
    assert (number(page, "curves", "data-t"), shown(own(page)).frames) == (t, stopped)


def test_axis_sliders_decode_the_point_and_both_rows(page: Page, app: App) -> None:
    open_walk(page, address(app, "straight"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("radio", name="One axis").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("path-slider")).to_be_hidden()
    expect(page.get_by_test_id("path")).to_have_attribute("data-kind", "axes")
    wait_until_shown(own(page), (0, 0))
    page.get_by_test_id("z1-slider").focus()
    page.keyboard.press("Shift+ArrowRight")
    drawn = wait_until_shown(own(page), (0.5, 0))
    assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
    for axis in (1, 2):
        row = page.get_by_test_id(f"z{axis}-strip").locator("button")
        expect(row).to_have_count(11)
        for k in (0, 10):
            z = [float(row.nth(k).get_attribute(f"data-z{i}") or "nan") for i in (1, 2)]
            assert z[2 - axis] == (0.5, 0)[2 - axis]  # the other number stays
            assert_decoded(
                decoder("vae"), z, grey(page, f"[data-testid=z{axis}-strip] button:nth-child({k + 1}) canvas")
            )
    for part in ("filmstrip", "cross-fade", "curves", "play", "claim", "end-a"):
        expect(page.get_by_test_id(part).first).to_be_hidden()  # what would do nothing here
    expect(page.get_by_role("button", name="Next pair")).to_have_count(0)
    page.get_by_role("button", name="Back to the path").click()
    middle = straight(A, B, POINTS)[100]
    wait_until_shown(own(page), (float(middle[0]), float(middle[1])))  # the path is where it was left


def test_a_finger_drags_an_end(phone: Page, app: App) -> None:
    open_walk(phone, address(app, "straight"))
    phone.get_by_test_id("end-b").scroll_into_view_if_needed()
    box = box_of(phone.get_by_test_id("end-b"))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    scrolled = phone.evaluate("document.querySelector('.stMain').scrollTop")
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", (x, y))
    for part in range(1, 6):
        touch(session, "touchMove", (x + 10 * part, y - 4 * part))
    touch(session, "touchEnd")
    expect(phone).not_to_have_url(re.compile(r"b1=1\.0\b"))
    assert number(phone, "end-b", "data-z1") > B[0]
    assert phone.evaluate("document.querySelector('.stMain').scrollTop") == scrolled  # the phone stays
