"""The real app in a real browser: `streamlit run app.py`, the project's checkpoints, system Chromium."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.machine import open_machine
from vae.bench.server import ROOT, App, running_app

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# WebGL in software, and nothing that asks the network for anything but the app
FLAGS = (
    *("--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
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


VISITOR = {"viewport": {"width": 1280, "height": 720}, "color_scheme": "light"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who was never here before: 1280 x 720, light theme."""
    with visitor(browser) as context:
        yield context


@contextmanager
def visitor(browser: Browser, kind: Mapping[str, Any] = VISITOR) -> Iterator[BrowserContext]:
    context = browser.new_context(**kind)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


class Visitors:
    """People who share nothing, a kept tab each; every walk through them begins with the same one.

    A tab is a process of its own in the browser, and to start it costs as much again as the page in it.
    """

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser, self._stack = browser, stack
        self._tabs: list[Page] = []

    def __iter__(self) -> Iterator[Page]:
        for count in itertools.count():
            if count == len(self._tabs):
                self._tabs.append(self._stack.enter_context(visitor(self._browser)).new_page())
            yield self._tabs[count]


@pytest.fixture(scope="package")
def visitors(browser: Browser) -> Iterator[Visitors]:
    """For tests with several people; they empty the tabs that they take."""
    with ExitStack() as stack:
        yield Visitors(browser, stack)


@pytest.fixture(scope="package")
def kept_tab(browser: Browser) -> Iterator[Page]:
    """One tab for all tests that take `tab` or `page`: a new one costs as much again as the page in it."""
    with visitor(browser) as context:
        yield context.new_page()


@pytest.fixture
def tab(kept_tab: Page) -> Iterator[Page]:
    with emptied(kept_tab):
        yield kept_tab


@pytest.fixture(scope="package")
def kept_phone(browser: Browser) -> Iterator[Page]:
    """One telephone's tab for all tests that take `phone`."""
    with visitor(browser, PHONE) as context:
        yield context.new_page()


@pytest.fixture
def phone(kept_phone: Page) -> Iterator[Page]:
    with emptied(kept_phone, PHONE):
        yield kept_phone


@contextmanager
def emptied(tab: Page, kind: Mapping[str, Any] = VISITOR) -> Iterator[Page]:
    """The tab, as good as new but for its history and the cache.

    Every page that is opened in it starts from nothing. What is asked of the tab itself ends with the block.
    """
    tab.set_viewport_size(kind["viewport"])
    tab.emulate_media(color_scheme="light", forced_colors="none")
    tab.mouse.move(0, 0)
    try:
        with asked_of(tab):
            yield tab
    finally:
        tab.unroute_all(behavior="ignoreErrors")
        tab.mouse.up()
        tab.evaluate("location.protocol === 'about:' || (localStorage.clear(), sessionStorage.clear())")
        tab.context.clear_cookies()
        tab.goto("about:blank")


@contextmanager
def asked_of(tab: Page) -> Iterator[None]:
    """Listeners and scripts that the tab gets are its own only as long as the block."""
    with ExitStack() as asked, pytest.MonkeyPatch.context() as patch:
        on, add_init_script = tab.on, tab.add_init_script

        def listen(event: str, listener: Callable[..., object]) -> None:
            on(event, listener)
            asked.callback(tab.remove_listener, event, listener)

        patch.setattr(tab, "on", listen)
        patch.setattr(tab, "add_init_script", lambda script: asked.enter_context(add_init_script(script)))
        yield


def is_error(message: ConsoleMessage) -> bool:
    """Whether it tells of a fault: below a page's own path Streamlit looks for its server, and finds none."""
    looked_for = re.search(r"/[a-z_]+/_stcore/(health|host-config)$", message.location["url"])
    return message.type == "error" and not looked_for


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """A tab in which nothing may fail; to ask another machine for anything fails, with a line on the console.

    A test that kills the server does without, because the browser then complains, and rightly.
    """
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if is_error(message) else None)
    yield page
    assert wrong == []


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab in which nothing may fail: `tab`, or with the mark `first_visit` that of a new visitor."""
    if request.node.get_closest_marker("first_visit"):
        page = request.getfixturevalue("context").new_page()
    else:
        page = request.getfixturevalue("tab")
    with watched(page):
        yield page


@pytest.fixture
def machine(page: Page, app: App) -> Page:
    open_machine(page, app)
    return page
