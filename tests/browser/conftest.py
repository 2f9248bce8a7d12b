"""The real app in a real browser: `streamlit run app.py`, the project's checkpoints, system Chromium."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from vae.bench.server import ROOT, App, running_app

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# WebGL in software, and nothing that asks the network for anything but the app
FLAGS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-sync")
# The address bar, which nobody sees here, would load two pages for every tab, an eighth of what ours costs.
# Of several such lists Chromium reads the last: after the first line it is Playwright's own.
OFF = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)

PATIENCE = 90_000  # ms: a busy machine is slow, not wrong; only a failure waits that long

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The running app; tests that end it take `mortal_app`."""
    yield from running(tmp_path_factory.mktemp("app") / "log")


@pytest.fixture
def mortal_app(tmp_path: Path) -> Iterator[App]:
    """A running app of the test's own, to be killed and started again."""
    yield from running(tmp_path / "log")


def copy_project(folder: Path) -> None:
    """Everything the app needs, to be damaged."""
    for name in ("app.py", "pages", "vae", ".streamlit", "checkpoints"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)


def running(log: Path, root: Path = ROOT) -> Iterator[App]:
    """An app that runs until the test is over."""
    with running_app(root, log=log) as app:
        yield app


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        sentence = "The browser tests need Chromium on the PATH: install your system's package, chromium."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--disable-features={','.join(OFF)}"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor: 1280 x 720, light theme."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def is_error(message: ConsoleMessage) -> bool:
    """Whether it tells of a fault: below a page's own path Streamlit looks for its server, and finds none."""
    looked_for = re.search(r"/[a-z_]+/_stcore/(health|host-config)$", message.location["url"])
    return message.type == "error" and not looked_for


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may fail, and which may not ask any other machine for anything.

    A test that kills the server opens its own tab, because the browser then complains, and rightly.
    """
    page = context.new_page()
    wrong: list[str] = []
    hosts: set[str | None] = set()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if is_error(message) else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield page
    assert wrong == []
    assert hosts <= {"127.0.0.1", None}  # None: data: and blob: addresses
