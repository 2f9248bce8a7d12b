"""Pictures that are brought along: chosen, dropped, pasted, refused in words."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.machine import EIGHT, PAD, READY, STROKE, assert_prepared, choose, draw, grey, open_machine
from vae.config import SIDE
from vae.data import load_mnist
from vae.pictures.opened import opened
from vae.serving.pictures import MOST_BYTES


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
