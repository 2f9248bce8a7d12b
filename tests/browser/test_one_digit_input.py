"""What goes into the machine by real hands: drawn, brought along, under noise, rubbed out."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.hands import touch
from tests.browser.preparing import prepared
from tests.browser.reading import box_of
from vae.config import PIXELS, SIDE
from vae.data import load_mnist
from vae.measure.unseen import scribbles
from vae.pictures.opened import opened
from vae.pictures.spoiled import spoiled
from vae.serving.pictures import MOST_BYTES

PAD = 280
READY = "Scaled to 20 pixels"
EMPTY = "Nothing is drawn yet"
EIGHT = [
    (0.45 + 0.22 * math.sin(2 * t), 0.5 - 0.3 * math.cos(t)) for t in np.linspace(0, 2 * math.pi, 40).tolist()
]
STROKE = [(0.2, 0.15), (0.75, 0.2), (0.4, 0.9)]

Way = Sequence[tuple[float, float]]  # over a square, as shares of its side


def open_machine(page: Page, app: App, query: str = "") -> None:
    page.goto(f"{app.url}/one_digit?{query}")
    expect(page.get_by_test_id("input")).to_be_visible()
    page.wait_for_function("document.querySelector('[data-testid=errors]')?.textContent")


def values(canvas: Locator) -> NDArray[np.uint8]:
    """(side, side, 4) of red, green, blue, opacity."""
    found = canvas.evaluate(
        """canvas => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return btoa(data.reduce((text, value) => text + String.fromCharCode(value), ""));
        }"""
    )
    rgba = np.frombuffer(base64.b64decode(found), np.uint8)
    side = math.isqrt(len(rgba) // 4)
    return rgba.reshape(side, side, 4)


def grey(page: Page, name: str) -> NDArray[np.uint8]:
    rgba = values(page.get_by_test_id(name))
    assert (rgba[..., :3] == rgba[..., :1]).all()
    return rgba[..., 0]


def assert_prepared(page: Page) -> None:
    """The picture is the pad's ink, prepared in Python."""
    wanted = prepared(grey(page, "pad")).astype(int)
    assert np.abs(grey(page, "input") - wanted).max() <= 1


def draw(page: Page, way: Way, name: str = "pad") -> None:
    box = box_of(page.get_by_test_id(name))
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def module(page: Page, name: str) -> str:
    """The address at which the page has loaded one of its modules."""
    found: str = page.evaluate(
        "name => performance.getEntriesByType('resource').find((entry) => entry.name.endsWith(name)).name",
        f"/one_digit/{name}.js",
    )
    return found


@pytest.fixture
def machine(page: Page, app: App) -> Page:
    open_machine(page, app)
    return page


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


def test_a_finger_draws_and_does_not_scroll(phone: BrowserContext, app: App) -> None:
    page = phone.new_page()
    open_machine(page, app)
    choose(page, "Draw")
    pad = page.get_by_test_id("pad")
    pad.scroll_into_view_if_needed()
    box, scrolled = box_of(pad), page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE]
    touch(session, "touchStart", points[0])
    for point in points[1:]:
        touch(session, "touchMove", point)
    touch(session, "touchEnd")
    assert_prepared(page)
    assert grey(page, "pad").max() == 255
    assert page.evaluate("scrollY") == scrolled


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
            return drawings.map((text) => {
                const ink = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                return [...prepared({ink, width: side, height: side}).pixels];
            });
        }""",
        [module(page, "prepare"), PAD, [base64.b64encode(ink.tobytes()).decode() for ink in drawings]],
    )
    return np.array(found, np.uint8).reshape(-1, SIDE, SIDE)


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


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    content = io.BytesIO()
    image.save(content, form)
    return content.getvalue()


def photograph() -> bytes:
    """A seven, dark on light, wider than it is high."""
    image = Image.new("RGB", (640, 480), (230, 226, 214))
    for part in ((200, 80, 440, 120), (380, 120, 430, 420)):
        image.paste((20, 20, 60), part)
    return saved(image, "JPEG")


def bring(page: Page, content: bytes, name: str = "picture.png", kind: str = "image/png") -> None:
    page.get_by_test_id("upload").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_a_picture_that_is_brought_along_lies_on_the_pad(machine: Page) -> None:
    bring(machine, photograph(), "photo.jpg", "image/jpeg")
    expect(machine.locator(".hint")).to_contain_text(READY)
    ink = opened(photograph())
    height, width = ink.shape
    left, top = (PAD - width) // 2, (PAD - height) // 2
    assert (grey(machine, "pad")[top : top + height, left : left + width] == ink).all()
    assert_prepared(machine)
    draw(machine, STROKE)
    assert_prepared(machine)
    choose(machine, "Undo")
    choose(machine, "Undo")
    assert not grey(machine, "pad").any()


def test_a_digit_of_mnist_survives_being_brought_along(machine: Page, mnist: Path) -> None:
    digit = load_mnist("test", mnist).images[2].reshape(SIDE, SIDE)
    bring(machine, saved(Image.fromarray(digit)))
    expect(machine.locator(".hint")).to_contain_text(READY)
    assert (grey(machine, "input") == np.rint(digit * (255 / digit.max()))).all()


def give(page: Page, event: str, target: str, content: bytes) -> None:
    """Drop or paste a picture file."""
    page.evaluate(
        """([event, target, text]) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "picture.png", {type: "image/png"}));
            const how = {bubbles: true, cancelable: true};
            document.querySelector(target).dispatchEvent(event === "paste"
                ? new ClipboardEvent(event, {...how, clipboardData: carried})
                : new DragEvent(event, {...how, dataTransfer: carried}));
        }""",
        [event, target, base64.b64encode(content).decode()],
    )


@pytest.mark.parametrize(("event", "target"), [("drop", ".input-box"), ("paste", "body")])
def test_a_picture_may_be_dropped_or_pasted(machine: Page, event: str, target: str) -> None:
    give(machine, event, target, photograph())
    expect(machine.locator(".hint")).to_contain_text(READY)
    assert_prepared(machine)


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "one pixel": (saved(Image.new("L", (1, 1))), "1 × 1 pixels"),
    "text": (b"no picture", "no PNG, JPEG or WebP"),
    "cut": (photograph()[:3000], "damaged"),
    "blank": (saved(Image.new("L", (90, 90), 255)), "blank"),
    "too large": (bytes(MOST_BYTES + 1), "larger than 8 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words_and_nothing_is_lost(tab: Page, app: App, name: str) -> None:
    open_machine(tab, app)  # in a tab in which the browser may complain of the refusal
    choose(tab, "Draw")
    draw(tab, EIGHT)
    before, drawn = grey(tab, "input"), grey(tab, "pad")
    bring(tab, BAD[name][0])
    expect(tab.get_by_role("status").filter(has_text=BAD[name][1])).to_be_visible()
    assert (grey(tab, "input") == before).all()
    assert (grey(tab, "pad") == drawn).all()


def test_a_server_that_is_away_is_told(tab: Page, app: App) -> None:
    open_machine(tab, app)
    tab.route("**/pictures", lambda route: route.abort())
    bring(tab, photograph())
    expect(tab.locator(".hint")).to_contain_text("cannot be reached")
    tab.unroute("**/pictures")
    bring(tab, photograph())
    expect(tab.locator(".hint")).to_contain_text(READY)


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


def test_the_rubber_obeys_fingers_and_keys(phone: BrowserContext, app: App) -> None:
    page = phone.new_page()
    open_machine(page, app)
    choose(page, "Rub out")
    picture = page.get_by_test_id("input")
    picture.scroll_into_view_if_needed()
    box = box_of(picture)
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    touch(session, "touchEnd")
    rubbed = ~near([(0.5, 0.5), (0.5, 0.5)], 2.0)
    assert not grey(page, "input")[~rubbed].any()
    assert grey(page, "input").any()
    choose(page, "Restore")

    before = grey(page, "input")
    picture.focus()
    for key in (*["ArrowUp"] * 7, "Space", *["Shift+ArrowLeft"] * 3, *["Shift+ArrowRight"] * 6, "Space"):
        page.keyboard.press(key)
    after = grey(page, "input")
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


HANDS: list[Callable[[Page], object]] = [
    lambda page: choose(page, "Draw"),
    lambda page: draw(page, EIGHT),
    lambda page: choose(page, "Clear"),
    lambda page: choose(page, "Rub out"),
    lambda page: page.get_by_test_id("noise").press("PageUp"),
    lambda page: choose(page, "Picture"),
]


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
def test_nothing_moves_and_nothing_is_cut_off_whatever_is_done(page: Page, app: App, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_machine(page, app)
    box = page.locator(".input-box")
    height = box_of(box)["height"]
    for deed in HANDS:
        deed(page)
        assert box_of(box)["height"] == height
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        inside = box.evaluate(
            "box => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]"
        )
        assert max(inside) <= 0


def test_fingers_find_every_button(phone: BrowserContext, app: App) -> None:
    page = phone.new_page()
    open_machine(page, app)
    for mode in ("Picture", "Draw", "Rub out"):
        choose(page, mode)
        for button in page.locator(".input-box button:visible").all():
            box = box_of(button)
            assert min(box["width"], box["height"]) >= 44
            assert button.get_attribute("aria-label") or button.inner_text()
