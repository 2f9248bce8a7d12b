"""The real app in a real browser: `streamlit run app.py`, the project's checkpoints, system Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# WebGL in software, and nothing that asks the network for anything but the app
FLAGS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-sync")
START_SECONDS = 120

expect.set_options(timeout=30_000)


class App:
    """`streamlit run app.py` in `root` as its own process; its port stays the same when it starts again."""

    def __init__(self, log: Path, root: Path = ROOT) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the app answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        command += [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._root, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"the app ended by itself:\n{self._log.read_text()}"
            assert time.monotonic() < end, f"the app did not start:\n{self._log.read_text()}"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it without a farewell, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False


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
    app = App(log, root)
    app.start()
    try:
        yield app
    finally:
        app.kill()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        sentence = "The browser tests need Chromium on the PATH: install your system's package, chromium."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor: 1280 x 720, light theme."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="light")
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
