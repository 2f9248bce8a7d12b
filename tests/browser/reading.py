"""What the browser tests read off the page, and what torch says about it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import FloatRect, Locator, Page, WebSocket, expect

from vae.device import choose_device
from vae.model import checkpoint, ladder
from vae.model.network import VAE, probabilities

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"

Scope = Page | Locator  # the page, or the part of it that holds one plane and its digit


@dataclass(frozen=True)
class Shown:
    """The picture on a canvas and what the canvas says about it."""

    model: str
    z: tuple[float, float]
    frames: int
    pixels: NDArray[np.uint8]  # (784,)


class Sockets:
    """Frames a tab sent: binary ones to the decode channel, and those to Streamlit, which mean reruns."""

    def __init__(self, page: Page) -> None:
        self.asked: list[bytes] = []
        self.most_in_flight = 0  # on any one socket
        self.reruns = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if "/decode/" in socket.url:
            in_flight = 0

            def ask(payload: bytes | str) -> None:
                nonlocal in_flight
                if isinstance(payload, bytes):
                    in_flight += 1
                    self.asked.append(payload)
                    self.most_in_flight = max(self.most_in_flight, in_flight)

            def answer(payload: bytes | str) -> None:
                nonlocal in_flight
                in_flight -= isinstance(payload, bytes)

            socket.on("framesent", ask)
            socket.on("framereceived", answer)
        elif "_stcore" in socket.url:
            socket.on("framesent", self._rerun)

    def _rerun(self, _: bytes | str) -> None:
        self.reruns += 1


def plane(scope: Scope) -> Locator:
    return scope.get_by_test_id("latent-map")


def open_map(page: Page, url: str) -> None:
    """Returns when the test digits are drawn and the pinned point is decoded."""
    page.goto(url)
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-frames", re.compile("[1-9]"))


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size; returns when the page is laid out, and plots are drawn, for it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        """([width, height]) => innerWidth === width && innerHeight === height &&
            [...document.querySelectorAll("[data-testid=latent-map]")].every((plot) => Math.abs(
                plot.querySelector(".main-svg").getBoundingClientRect().width - plot.clientWidth) <= 1)""",
        arg=[width, height],
    )
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def shown(scope: Scope) -> Shown:
    """What the digit's canvas shows now, picture and coordinates read in the same instant."""
    read = scope.get_by_test_id("digit").evaluate(
        """canvas => ({...canvas.dataset,
            rgba: btoa(String.fromCharCode(...canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height).data))})"""
    )
    rgba = np.frombuffer(base64.b64decode(read["rgba"]), np.uint8).reshape(784, 4)
    assert (rgba[:, :3] == rgba[:, :1]).all(), "a digit is grey"
    assert (rgba[:, 3] == 255).all(), "a digit is opaque"
    return Shown(read["model"], (float(read["z1"]), float(read["z2"])), int(read["frames"]), rgba[:, 0])


def wait_until_shown(scope: Scope, z: tuple[float, float], within: float = 5e-5) -> Shown:
    """Wait until the canvas shows the picture of z."""
    canvas = scope.get_by_test_id("digit")
    canvas.page.wait_for_function(
        """([canvas, z1, z2, within]) => {
            const {z1: shown1, z2: shown2} = canvas.dataset;
            return Math.abs(shown1 - z1) <= within && Math.abs(shown2 - z2) <= within;
        }""",
        arg=[canvas.element_handle(), *z, within],
    )
    return shown(scope)


def z_of(mark: Locator) -> tuple[float, float]:
    """The point of the plane at which a mark says that it is."""
    return float(mark.get_attribute("data-z1") or "nan"), float(mark.get_attribute("data-z2") or "nan")


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def visible_range(scope: Scope) -> tuple[list[float], list[float]]:
    """([left, right], [bottom, top]) of the plane, as plotly's layout says."""
    x, y = plane(scope).evaluate("plot => [plot.layout.xaxis.range, plot.layout.yaxis.range]")
    return x, y


def z_at(scope: Scope, x: float, y: float) -> tuple[float, float]:
    """The point of the plane under a pixel of the window, by the numbers that stand at the axes' ticks."""
    return _on_axis(scope, "xtick", "x", "width", x), _on_axis(scope, "ytick", "y", "height", y)


def _on_axis(scope: Scope, tick: str, side: str, size: str, pixel: float) -> float:
    marks: list[list[float]] = plane(scope).evaluate(
        """(plot, [tick, side, size]) => [...plot.querySelectorAll(`.${tick} text`)]
            .filter(label => label.checkVisibility())
            .map(label => [label.textContent.replace("−", "-"), label.getBoundingClientRect()])
            .map(([number, box]) => [Number(number), box[side] + box[size] / 2])""",
        [tick, side, size],
    )
    (low, start), *_, (high, end) = sorted(marks)
    return low + (pixel - start) * (high - low) / (end - start)


def on_axis(plot: Locator, tick: str) -> NDArray[np.float64]:
    """The straight line from pixels of the window to the numbers that stand at an axis' ticks."""
    marks: list[list[float]] = plot.evaluate(  # in one go: a plot may be drawn anew between two
        """(plot, tick) => [...plot.querySelectorAll(`.${tick}`)].map(label => {
            const { x, y, width, height } = label.getBoundingClientRect();
            const middle = tick === "x-tick" ? x + width / 2 : y + height / 2;
            return [middle, Number(label.textContent.replace("−", "-"))];
        })""",
        tick,
    )
    pixels, numbers = zip(*marks, strict=True)
    return np.polyfit(pixels, numbers, 1)


@cache
def decoder(name: str) -> VAE:
    return checkpoint.load(path_of(name)).build(choose_device())


def path_of(name: str) -> Path:
    """Where the checkpoint of this name lies."""
    beta = ladder.beta_of(name)
    return CHECKPOINTS / (f"{name}.pt" if beta is None else ladder.file(beta))


def assert_decoded(model: VAE, z: object, pixels: NDArray[np.uint8]) -> None:
    """The bytes are 255 * sigmoid(logits) of torch's own decoding of z, rounded, for every pixel.

    A value that lies exactly between two bytes may be rounded to either.
    """
    points = torch.tensor(
        np.atleast_2d(np.asarray(z, dtype=np.float32)), device=next(model.parameters()).device
    )
    with torch.inference_mode():
        wanted = 255 * probabilities(model.decode(points)).cpu().numpy()
    np.testing.assert_allclose(pixels.reshape(wanted.shape), wanted, rtol=0, atol=0.5 + 1e-3)
