"""A picture that is spoiled: noise, the rubber, and how far from the original its reconstruction is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.machine import (
    EIGHT,
    STROKE,
    Way,
    assert_prepared,
    choose,
    draw,
    grey,
    module,
    open_machine,
)
from tests.browser.reading import box_of
from vae.config import PIXELS, SIDE
from vae.pictures.spoiled import spoiled


def test_noise_is_pythons_and_only_where_it_is_asked_for(machine: Page) -> None:
    clean = grey(machine, "input").reshape(PIXELS)
    slider = machine.get_by_test_id("noise")
    for share in (0.1, 0.2, 0.3):
        slider.press("PageUp")
        expect(machine.locator(".noise output")).to_have_text(f"{round(100 * share)} %")
        assert (grey(machine, "input").reshape(PIXELS) == spoiled(clean, share)).all()
    slider.press("ArrowLeft")
    assert (grey(machine, "input").reshape(PIXELS) == spoiled(clean, 0.29)).all()
    machine.wait_for_url(re.compile(r"noise=0\.29"))
    slider.press("Home")


def near(way: Way, radius: float) -> NDArray[np.bool_]:
    """Pixels of the picture whose middle is at most so far from a way."""
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5).astype(float)
    found = np.zeros((SIDE, SIDE), bool)
    for t in np.linspace(0, 1, 500):
        for (x1, y1), (x2, y2) in pairwise(way):
            at = SIDE * (x1 + t * (x2 - x1)), SIDE * (y1 + t * (y2 - y1))
            found |= np.hypot(x - at[0], y - at[1]) <= radius
    return found


def test_the_rubber_takes_ink_and_noise_and_gives_them_back(machine: Page) -> None:
    clean = grey(machine, "input").reshape(PIXELS)
    machine.get_by_test_id("noise").press("PageUp")
    choose(machine, "Rub out")
    draw(machine, STROKE, "input")
    seen = grey(machine, "input").reshape(PIXELS)
    least, most = (near(STROKE, radius).reshape(PIXELS) for radius in (1.95, 2.05))
    mask = ~most | ((seen > 0) & ~least)  # what must be left; pixels at the very rim are either
    assert not seen[least].any()
    assert (seen[mask] == spoiled(clean, 0.1)[mask]).all()
    machine.wait_for_url(re.compile(r"rubbed="))

    choose(machine, "Restore")
    assert (grey(machine, "input").reshape(PIXELS) == spoiled(clean, 0.1)).all()
    expect(machine).not_to_have_url(re.compile(r"rubbed="))


def test_the_rubber_obeys_fingers_and_keys(phone: Page, app: App) -> None:
    open_machine(phone, app)
    choose(phone, "Rub out")
    picture = phone.get_by_test_id("input")
    picture.scroll_into_view_if_needed()
    box = box_of(picture)
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    touch(session, "touchEnd")
    rubbed = ~near([(0.5, 0.5), (0.5, 0.5)], 2.0)
    assert not grey(phone, "input")[~rubbed].any()
    assert grey(phone, "input").any()
    choose(phone, "Restore")

    before = grey(phone, "input")
    picture.focus()
    for key in (*["ArrowUp"] * 7, "Space", *["Shift+ArrowLeft"] * 3, *["Shift+ArrowRight"] * 6, "Space"):
        phone.keyboard.press(key)
    after = grey(phone, "input")
    band = near([(0, 0.25), (1, 0.25)], 1.9)
    assert before[band].any()
    assert not after[band[:, 2:-2].nonzero()[0], band[:, 2:-2].nonzero()[1] + 2].any()


def test_a_new_drawing_is_whole_after_rubbing(machine: Page) -> None:
    choose(machine, "Rub out")
    draw(machine, STROKE, "input")
    choose(machine, "Draw")
    draw(machine, EIGHT)
    assert_prepared(machine)


def output(page: Page, pictures: Sequence[NDArray[np.uint8]], spoiled: bool) -> dict[str, object]:
    """What the box of the output shows for a picture, what the encoder saw, and the original."""
    found: dict[str, object] = page.evaluate(
        """async ([address, pictures, spoiled]) => {
            const {OutputBox} = await import(address);
            const box = new OutputBox();
            const [pixels, seen, clean] = pictures.map((values) => Uint8Array.from(values));
            box.draw({model: "vae", z1: 0.5, z2: -1, pixels, seen, clean, spoiled});
            const read = (name) => {
                const canvas = box.element.querySelector(`[data-testid=${name}]`);
                return [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data];
            };
            const said = (name) => box.element.querySelector(`[data-testid=${name}]`).textContent;
            const [digit, difference] = ["digit", "difference"].map(read);
            return {digit, difference, errors: said("errors"), verdict: said("verdict")};
        }""",
        [module(page, "output_box"), [picture.tolist() for picture in pictures], spoiled],
    )
    return found


def rms(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.sqrt(np.mean((one / 255 - other / 255) ** 2)))


def test_differences_and_errors_are_numpys(machine: Page) -> None:
    generator = np.random.default_rng(3)
    pixels, seen, clean = generator.integers(0, 256, (3, PIXELS)).astype(np.uint8)
    shown = output(machine, (pixels, seen, clean), spoiled=True)
    digit, difference = (np.array(shown[name]).reshape(PIXELS, 4) for name in ("digit", "difference"))
    signed = pixels.astype(int) - seen
    assert (digit[:, 0] == pixels).all()
    assert (difference[:, 3] == np.abs(signed)).all()
    strong = np.abs(signed) > 100  # a faint colour is kept less exactly
    assert ((difference[:, 0] > difference[:, 2]) == (signed > 0))[strong].all()
    numbers = f"x\u00a0{rms(seen, clean):.3f}, x′\u00a0{rms(pixels, clean):.3f}"
    assert shown["errors"] == f"Root mean square error to the original: {numbers}."


CLEAN = np.zeros(PIXELS, np.uint8)
NEAR, FAR = np.full(PIXELS, 20, np.uint8), np.full(PIXELS, 200, np.uint8)


@pytest.mark.parametrize(
    ("pixels", "seen", "said"),
    [(NEAR, FAR, "x′ is nearer"), (FAR, NEAR, "x is nearer"), (NEAR, NEAR, "Both are as far")],
)
def test_one_sentence_says_what_is_nearer_to_the_original(
    machine: Page, pixels: NDArray[np.uint8], seen: NDArray[np.uint8], said: str
) -> None:
    assert str(output(machine, (pixels, seen, CLEAN), spoiled=True)["verdict"]).startswith(said)


def test_without_noise_and_rubber_one_error_is_told(machine: Page) -> None:
    shown = output(machine, (NEAR, CLEAN, CLEAN), spoiled=False)
    assert shown["errors"] == f"Root mean square error of x′: {20 / 255:.3f}."
