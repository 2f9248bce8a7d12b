"""The training page in real Chromium: the run that comes with the app, alive at every epoch."""

from __future__ import annotations

import json
import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pages.components.frame.service import CHECKPOINTS
from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.machine import values
from tests.browser.reading import (
    Sockets,
    assert_decoded,
    box_of,
    plane,
    resize,
    shown,
    visible_range,
    wait_until_shown,
    z_at,
)
from tests.pages.frame.test_colours import palette
from vae.history import snapshots
from vae.history.job import read_job
from vae.history.reports import read_reports
from vae.model.network import VAE

HISTORY = CHECKPOINTS / "history"
CELLS, SIDE = 12, 28


@cache
def epochs() -> list[float]:
    return [round(report.epoch, 3) for report in read_reports(HISTORY)]


@cache
def decoder(index: int) -> VAE:
    """A model with a snapshot's decoder; its encoder is anyone's."""
    model = VAE(read_job(HISTORY).model).eval()
    weights = snapshots.read(index, HISTORY).decoder
    model.load_state_dict({name: value.float() for name, value in weights.items()}, strict=False)
    return model


def open_training(page: Page, app: App, query: str = "") -> None:
    """Returns when map and picture are there."""
    page.goto(f"{app.url}/training{query}")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def expect_decoded_at(page: Page, index: int) -> None:
    """The large picture is what this snapshot's decoder draws at its point, pixel for pixel."""
    epoch = f"{epochs()[index]:g}"
    expect(plane(page)).to_have_attribute("data-epoch", epoch)
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", f"shipped.{epoch}")
    picture = shown(page)
    assert_decoded(decoder(index), [picture.z], picture.pixels)


def test_the_first_view_is_the_last_epoch_of_the_recorded_run(page: Page, app: App) -> None:
    open_training(page, app)
    last = len(epochs()) - 1
    expect_decoded_at(page, last)
    report = read_reports(HISTORY)[-1].held_out
    for name, value in (("reconstruction", report.reconstruction), ("kl", report.kl), ("elbo", report.elbo)):
        written = f"{value:.1f}".replace("-", "−")
        expect(page.get_by_test_id(f"curve-{name}")).to_contain_text(f"held out {written}")
    for part in ("latent-map", "digit", "plane-grid", "play", "epoch-slider", "curve-elbo"):
        expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Discard")).to_be_hidden()  # it is nobody's own


def test_by_keyboard_to_the_first_epoch_and_back(page: Page, app: App) -> None:
    open_training(page, app)
    one = epochs().index(1)
    slider = page.get_by_test_id("epoch-slider")
    slider.focus()
    for _ in range(len(epochs()) - 1 - one):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "epoch 1")
    expect_decoded_at(page, one)
    expect(page).to_have_url(re.compile(r"\?epoch=1\.0$"))
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "before training")
    expect_decoded_at(page, 0)
    page.keyboard.press("End")
    expect_decoded_at(page, len(epochs()) - 1)
    expect(page).to_have_url(re.compile("/training$"))


def slide(page: Page, index: int) -> tuple[float, float]:
    """Where on the screen the slider stands for a snapshot."""
    box = box_of(page.get_by_test_id("epoch-slider"))
    thumb = 24
    part = index / (len(epochs()) - 1)
    return box["x"] + thumb / 2 + part * (box["width"] - thumb), box["y"] + box["height"] / 2


def test_by_mouse_the_decoder_follows_the_slider_without_streamlit(page: Page, app: App) -> None:
    sockets = Sockets(page)
    open_training(page, app, "?z1=0.7&z2=-0.4")
    one, last = epochs().index(1), len(epochs()) - 1
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    before = sockets.reruns
    page.mouse.move(*slide(page, last))
    page.mouse.down()
    for index in range(last, one - 1, -1):
        page.mouse.move(*slide(page, index))
    expect_decoded_at(page, one)
    assert shown(page).z == (0.7, -0.4)
    assert sockets.reruns == before
    for index in range(one, last + 1):
        page.mouse.move(*slide(page, index))
    page.mouse.up()
    expect_decoded_at(page, last)


def test_by_finger(phone: Page, app: App) -> None:
    open_training(phone, app)
    phone.get_by_test_id("epoch-slider").scroll_into_view_if_needed()
    one, last = epochs().index(1), len(epochs()) - 1
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", slide(phone, last))
    for index in range(last, one - 1, -1):
        touch(session, "touchMove", slide(phone, index))
    touch(session, "touchEnd")
    expect_decoded_at(phone, one)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_the_pointer_over_the_map_is_decoded_at_the_epoch_shown(page: Page, app: App) -> None:
    open_training(page, app, "?epoch=1")
    box = box_of(plane(page))
    x, y = box["x"] + 0.31 * box["width"], box["y"] + 0.62 * box["height"]
    page.mouse.move(x, y)
    picture = wait_until_shown(page, z_at(page, x, y), within=0.02)
    assert_decoded(decoder(epochs().index(1)), [picture.z], picture.pixels)
    page.mouse.move(5, 5)
    wait_until_shown(page, (0, 0))
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile("epoch=1.0&z1="))


def test_the_small_pictures_are_those_of_the_plane(page: Page, app: App) -> None:
    open_training(page, app)
    one = epochs().index(1)
    grid = page.get_by_test_id("plane-grid")
    for index in (len(epochs()) - 1, one):
        expect(grid).to_have_attribute("data-snapshot", str(index))
        square = json.loads(grid.get_attribute("data-square") or "")
        rgba = values(grid)
        tiles = rgba[..., 0].reshape(CELLS, SIDE, CELLS, SIDE).swapaxes(1, 2).reshape(CELLS * CELLS, -1)
        parts = (np.arange(CELLS) + 0.5) / CELLS
        z1 = square["x"][0] + parts * (square["x"][1] - square["x"][0])
        z2 = square["y"][1] - parts * (square["y"][1] - square["y"][0])
        assert_decoded(decoder(index), np.stack(np.meshgrid(z1, z2), -1).reshape(-1, 2), tiles)
        page.goto(f"{app.url}/training?epoch=1")
        expect(plane(page)).to_have_attribute("aria-busy", "false")


def test_dots_lie_at_their_means_and_the_axes_stay(page: Page, app: App) -> None:
    """Of each snapshot the dots farthest out, which no other class covers, have their class's colour."""
    page.emulate_media(reduced_motion="reduce")
    open_training(page, app)
    labels = page.evaluate(
        """async () => {
            const content = await (await fetch("/runs/shipped/map?from=0")).arrayBuffer();
            const [count, m] = new Uint32Array(content, 0, 2);
            return [...new Uint8Array(content, 8 + count * 4 * (1 + m))];
        }"""
    )
    colours = [tuple(bytes.fromhex(colour[1:])) for colour in palette("light")]
    ranges = []
    for index in (len(epochs()) - 1, epochs().index(1)):
        page.get_by_test_id("epoch-slider").focus()
        page.keyboard.press("End")
        for _ in range(len(epochs()) - 1 - index):
            page.keyboard.press("ArrowLeft")
        expect(plane(page)).to_have_attribute("data-epoch", f"{epochs()[index]:g}")
        x, y = visible_range(page)
        ranges.append((x, y))
        means = snapshots.read(index, HISTORY).means.astype(np.float64)
        within = ((means > (x[0], y[0])) & (means < (x[1], y[1]))).all(1)
        far = [i for i in np.argsort(-np.hypot(*means.T)) if within[i]][:40]
        distance = np.hypot(*(means[far][:, None] - means[None]).transpose(2, 0, 1))
        distance[np.equal.outer(np.array(labels)[far], labels)] = np.inf  # the same colour
        alone = [
            i for i, nearest in zip(far, distance.min(1), strict=True) if nearest > 0.012 * (x[1] - x[0])
        ]
        assert len(alone) > 2
        for i in alone:
            part = [(means[i][0] - x[0]) / (x[1] - x[0]), (y[1] - means[i][1]) / (y[1] - y[0])]
            pixel = page.locator(".training-dots").evaluate(
                """(c, [x, y]) => [...c.getContext("2d")
                    .getImageData(Math.floor(x * c.width), Math.floor(y * c.height), 1, 1).data]""",
                part,
            )
            assert tuple(pixel) == (*colours[labels[i]], 255)
    assert ranges[0] == ranges[1]


def test_play_goes_from_the_first_snapshot_to_the_last(page: Page, app: App) -> None:
    open_training(page, app)
    page.evaluate(
        """() => {
            window.passed = [];
            const plot = document.querySelector("[data-testid=latent-map]");
            new MutationObserver(() => passed.push(Number(plot.dataset.epoch)))
                .observe(plot, { attributeFilter: ["data-epoch"] });
        }"""
    )
    play = page.get_by_test_id("play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(play).to_have_text("Play")
    assert page.evaluate("passed") == pytest.approx(epochs())
    expect_decoded_at(page, len(epochs()) - 1)


def test_a_link_shows_the_same_epoch_and_point(page: Page, app: App) -> None:
    open_training(page, app, "?epoch=1.0&z1=0.5&z2=0.25")
    expect_decoded_at(page, epochs().index(1))
    assert shown(page).z == (0.5, 0.25)


def test_a_run_that_is_gone_gives_way_to_the_recorded_one(tab: Page, app: App) -> None:
    open_training(tab, app, "?run=zzzzzzzzzz")
    expect(tab.locator(".latent-map-notice")).to_contain_text("no longer kept")
    expect_decoded_at(tab, len(epochs()) - 1)
    expect(tab).to_have_url(re.compile("/training$"))


@pytest.mark.parametrize("query", ["", "?present"])
def test_no_page_scrolls_sideways(page: Page, app: App, query: str) -> None:
    page.set_viewport_size({"width": 390, "height": 768})
    open_training(page, app, query)
    for width in (390, 768, 1024, 1280, 1920, 390):  # also a window that is made small again
        resize(page, width, 768)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_projector_shows_the_essentials_in_one_window(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_training(page, app, "?present")
    for part in ("latent-map", "digit", "plane-grid", "play", "epoch-slider"):
        expect(page.get_by_test_id(part)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_in_viewport(ratio=1)
