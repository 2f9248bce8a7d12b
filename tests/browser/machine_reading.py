"""What stands on the machine of one digit, and what torch says about it."""

from __future__ import annotations

import re

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser.reading import assert_decoded, decoder, shown

GREY = """canvas => { const data = canvas.getContext("2d").getImageData(0, 0, 28, 28).data;
    return Array.from({length: 784}, (_, i) => data[4 * i]); }"""
AXES = (1, 2)
Pair = NDArray[np.float64]


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
