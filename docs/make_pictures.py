"""Make the README's pictures from the running app: `python docs/make_pictures.py` in the project's folder.

Needs the tools of requirements-dev.txt and a Chromium of the system (or $CHROMIUM, the path of one).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# the project is not installed, its folder is put on the path above
from vae.bench.server import running_app  # noqa: E402
from vae.data import VARIABLE  # noqa: E402
from vae.model import checkpoint  # noqa: E402

SCHEMES = {"light": "latent-map.png", "dark": "latent-map-dark.png"}
SIZE = {"width": 1280, "height": 720}
PICTURED = 2  # among the test digits of this label a point is pinned
LARGEST = 400_000  # bytes
PATIENCE = 120_000  # ms
STUDENTS = 14  # in the picture of a room
CURVES = "[data-testid=curves]:not([aria-busy=true])"


def among_the_digits() -> np.ndarray:
    """A point among the test digits PICTURED, off their middle, where the map writes the digit."""
    latents = checkpoint.load(ROOT / "checkpoints" / "vae.pt").latents
    return np.quantile(latents.means[latents.labels == PICTURED], 0.75, axis=0)


def take(page: Page, url: str, last: str, path: Path) -> None:
    """A picture of the page at `url`, once maps, digits and the part `last`, a selector, are there."""
    page.goto(url)
    expect(page.locator(last)).to_be_visible(timeout=PATIENCE)
    page.wait_for_function(
        """() => {
            const all = (name) => [...document.querySelectorAll(`[data-testid=${name}]`)];
            const maps = all("latent-map");
            return maps.length > 0 && maps.every((map) => map.getAttribute("aria-busy") === "false")
                && all("digit").every((digit) => digit.dataset.frames > 0);
        }"""
    )
    shoot(page, path)


def take_room(page: Page, url: str, path: Path) -> None:
    """A picture of a teacher's desk: students have pinned where test digits lie, and have answered."""
    page.goto(f"{url}/classroom")
    page.get_by_role("button", name="Open a room").click()
    code = page.get_by_test_id("room-code").inner_text()
    latents = checkpoint.load(ROOT / "checkpoints" / "vae.pt").latents
    chosen = np.random.default_rng(0).choice(len(latents.means), STUDENTS)
    with ExitStack() as room:
        join = f"{url.replace('http', 'ws', 1)}/room/{code}"
        students = [room.enter_context(connect(join)) for _ in chosen]
        for student, (z1, z2) in zip(students, latents.means[chosen], strict=True):
            student.send(json.dumps({"hello": {"token": None}}))
            student.send(json.dumps({"pin": {"model": "vae", "z1": float(z1), "z2": float(z2)}}))
        form = page.locator("details:has(.room-own)")
        form.evaluate("details => (details.open = true)")
        form.get_by_label("Your question").fill("Which share of random places is a digit?")
        form.get_by_label("Options, one a line").fill("About half\nAbout nine of ten\nAll of them")
        form.get_by_role("button", name="Ask this").click()
        form.evaluate("details => (details.open = false)")
        for index, student in enumerate(students[:-3]):
            asked = "own-1"
            for frame in student:
                if asked in frame:
                    break
            student.send(json.dumps({"answer": {"step": asked, "value": index % 5 % 3}}))
        expect(page.get_by_text(f"{STUDENTS - 3} of {STUDENTS} here.")).to_be_visible(timeout=PATIENCE)
        drawn = page.locator(".room-gallery canvas")
        expect(drawn).to_have_count(STUDENTS, timeout=PATIENCE)
        page.get_by_role("button", name="Make it smaller").click()
        page.locator(".room-desk").evaluate("desk => desk.scrollIntoView()")
        shoot(page, path)


def shoot(page: Page, path: Path) -> None:
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{path} has {size} bytes, more than the {LARGEST} that a README should load.")
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB")


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    z1, z2 = among_the_digits()
    with (
        tempfile.TemporaryDirectory() as nothing,  # without MNIST: no image of it belongs into the project
        running_app(environment={VARIABLE: nothing}) as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme, name in SCHEMES.items():
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)
            take(page, f"{app.url}/?z1={z1:.4f}&z2={z2:.4f}", "[data-testid=shares]", ROOT / "docs" / name)
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        take(page, f"{app.url}/continuity", CURVES, ROOT / "docs" / "continuity.png")
        take(page, f"{app.url}/completeness", "[data-testid=beta-slider]", ROOT / "docs" / "completeness.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        take(
            page, f"{app.url}/one_digit?digit=6&e1=1&e2=-1", ".machine .lens", ROOT / "docs" / "one_digit.png"
        )
        page.set_viewport_size(SIZE)
        drawn = "[data-testid=plane-grid][data-snapshot]"
        take(page, f"{app.url}/training?z1=-1.2&z2=0.6", drawn, ROOT / "docs" / "training.png")
        page.set_viewport_size({"width": 1280, "height": 900})
        take_room(page, app.url, ROOT / "docs" / "classroom.png")
        browser.close()


if __name__ == "__main__":
    main()
