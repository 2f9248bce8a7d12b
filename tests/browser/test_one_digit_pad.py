"""A drawing by real hands: mouse, finger and keyboard, prepared as in Python, taken back, kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.machine import (
    EIGHT,
    PAD,
    READY,
    STROKE,
    assert_prepared,
    choose,
    draw,
    grey,
    module,
    open_machine,
)
from tests.browser.preparing import prepared
from tests.browser.reading import box_of
from vae.config import SIDE
from vae.data import load_mnist
from vae.measure.unseen import scribbles

EMPTY = "Nothing is drawn yet"


def test_a_stroke_of_the_mouse_is_prepared_as_in_python(machine: Page) -> None:
    choose(machine, "Draw")
    draw(machine, EIGHT)
    assert_prepared(machine)
    before = grey(machine, "input")
    draw(machine, [(0.1, 0.5), (0.9, 0.55)])
    assert_prepared(machine)
    assert (grey(machine, "input") != before).any()


def test_every_pen_is_as_wide_as_it_says(machine: Page) -> None:
    choose(machine, "Draw")
    widths = []
    for pen in ("Thin pen", "Medium pen", "Thick pen"):
        choose(machine, pen)
        draw(machine, [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)])
        widths.append(int((grey(machine, "pad")[:, PAD // 2] > 127).sum()))
        choose(machine, "Undo")
    assert widths == pytest.approx([14, 22, 32], abs=1)


def test_a_finger_draws_and_does_not_scroll(phone: Page, app: App) -> None:
    open_machine(phone, app)
    choose(phone, "Draw")
    pad = phone.get_by_test_id("pad")
    pad.scroll_into_view_if_needed()
    box, scrolled = box_of(pad), phone.evaluate("scrollY")
    session = phone.context.new_cdp_session(phone)
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE]
    touch(session, "touchStart", points[0])
    for point in points[1:]:
        touch(session, "touchMove", point)
    touch(session, "touchEnd")
    assert_prepared(phone)
    assert grey(phone, "pad").max() == 255
    assert phone.evaluate("scrollY") == scrolled


def test_the_keyboard_draws(machine: Page) -> None:
    choose(machine, "Draw")
    pad = machine.get_by_test_id("pad")
    pad.focus()
    for key in ("Space", *["ArrowDown"] * 8, "Shift+ArrowRight", "Space", "ArrowLeft"):
        machine.keyboard.press(key)
    ink = grey(machine, "pad")
    rows, columns = (np.flatnonzero((ink > 127).any(axis)) for axis in (1, 0))
    assert (rows[0], rows[-1]) == pytest.approx((140 - 11, 140 + 56 + 10), abs=1)
    assert (columns[0], columns[-1]) == pytest.approx((140 - 11, 140 + 28 + 10), abs=1)
    assert_prepared(machine)


def test_leaving_the_pad_lifts_the_keyboards_pen(machine: Page) -> None:
    choose(machine, "Draw")
    machine.get_by_test_id("pad").focus()
    machine.keyboard.press("Space")
    machine.keyboard.press("Tab")
    machine.get_by_test_id("pad").focus()
    before = grey(machine, "pad")
    machine.keyboard.press("ArrowDown")
    assert (grey(machine, "pad") == before).all()


def test_undo_and_clear_take_back_and_an_empty_pad_changes_nothing(machine: Page) -> None:
    original = grey(machine, "input")
    choose(machine, "Draw")
    expect(machine.locator(".hint")).to_contain_text(EMPTY)
    assert (grey(machine, "input") == original).all()

    draw(machine, EIGHT)
    one = grey(machine, "pad")
    draw(machine, STROKE)
    two, last = grey(machine, "pad"), grey(machine, "input")
    assert (two != one).any()
    choose(machine, "Undo")
    assert (grey(machine, "pad") == one).all()
    draw(machine, STROKE)
    choose(machine, "Clear")
    assert not grey(machine, "pad").any()
    assert (grey(machine, "input") == last).all()
    expect(machine.locator(".hint")).to_contain_text(EMPTY)
    choose(machine, "Undo")
    assert (grey(machine, "pad") == two).all()
    expect(machine.locator(".hint")).to_contain_text(READY)
    for _ in range(4):
        choose(machine, "Undo")
    assert not grey(machine, "pad").any()


def test_pictures_follow_while_a_stroke_is_drawn(machine: Page) -> None:
    choose(machine, "Draw")
    box = box_of(machine.get_by_test_id("pad"))
    machine.mouse.move(box["x"] + 40, box["y"] + 40)
    machine.mouse.down()
    seen = set()
    for step in range(1, 6):
        machine.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 40 + 5 * step * step)
        machine.evaluate("new Promise(requestAnimationFrame)")
        machine.evaluate("new Promise(requestAnimationFrame)")
        assert_prepared(machine)
        seen.add(grey(machine, "input").tobytes())
    machine.mouse.up()
    assert len(seen) == 5


def test_what_is_drawn_is_kept_in_the_address(machine: Page) -> None:
    choose(machine, "Draw")
    draw(machine, EIGHT)
    drawn = grey(machine, "input")
    machine.wait_for_url(re.compile(r"[?&]x="))
    machine.reload()
    machine.wait_for_function("document.querySelector('[data-testid=errors]')?.textContent")
    assert (grey(machine, "input") == drawn).all()


def test_another_test_digit_takes_the_pads_place(machine: Page) -> None:
    choose(machine, "Draw")
    draw(machine, EIGHT)
    machine.wait_for_url(re.compile(r"[?&]x="))
    choose(machine, "Next")
    expect(machine.locator(".input-box")).to_have_attribute("data-mode", "picture")
    choose(machine, "Draw")
    assert not grey(machine, "pad").any()


def sheets() -> list[NDArray[np.uint8]]:
    """Drawings that are hard to prepare: dots, lines at the rim, heavy ends, scribbles, noise."""
    generator = np.random.default_rng(0)
    empty = [np.zeros((PAD, PAD), np.uint8) for _ in range(8)]
    empty[0][139, 141] = 1
    empty[1][3:5, :] = 255
    empty[2][:, -1] = 40
    empty[3][10:60, 10:60] = 255
    empty[3][60:270, 12] = 9  # nearly all ink at one end: its middle cannot be the picture's
    empty[4][[0, -1], [0, -1]] = 255
    empty[5][:] = generator.integers(0, 256, (PAD, PAD))
    empty[6][100:113, 50:57] = 200
    empty[7][::7, ::11] = 255
    return [*empty, *map(enlarged, scribbles(12, generator))]


def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """784 grey values as they lie on the pad."""
    return np.kron(picture.reshape(SIDE, SIDE), np.ones((10, 10), np.uint8))


def prepare_in_the_page(page: Page, drawings: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    found = page.evaluate(
        """async ([address, side, drawings]) => {
            const {prepared} = await import(address);
            const found = drawings.map((text) => {
                const ink = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                return String.fromCharCode(...prepared({ink, width: side, height: side}).pixels);
            });
            return btoa(found.join(""));
        }""",
        [module(page, "prepare"), PAD, [base64.b64encode(ink.tobytes()).decode() for ink in drawings]],
    )
    return np.frombuffer(base64.b64decode(found), np.uint8).reshape(-1, SIDE, SIDE)


def test_every_drawing_is_prepared_as_in_python(machine: Page) -> None:
    drawings = sheets()
    for ink, found in zip(drawings, prepare_in_the_page(machine, drawings), strict=True):
        assert np.abs(found.astype(int) - prepared(ink)).max() <= 1
        assert found.max() == 255


def test_mnists_own_digits_are_prepared_already(machine: Page, mnist: Path) -> None:
    digits = load_mnist("test", mnist).images[:300].reshape(-1, SIDE, SIDE)
    found = prepare_in_the_page(machine, [enlarged(digit) for digit in digits]).astype(int)
    wanted = np.array([np.rint(digit * (255 / digit.max())) for digit in digits])
    assert (np.abs(found - wanted).max((1, 2)) <= 1).mean() > 0.99
