"""Real trainings, started and commanded by hand in real Chromium: small, but processes of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pages.components.completeness.words import NOT_JUDGED
from tests.browser.conftest import App, visitor
from tests.browser.reading import assert_decoded, plane, shown
from vae.bench.server import running_app
from vae.data import Digits
from vae.history import snapshots
from vae.history.job import read_job
from vae.model import checkpoint
from vae.model.network import VAE

SMALL = "dataset=small-digits&images=400&hidden=16&depth=0"
LONG = "dataset=small-digits&images=1600&hidden=512&depth=4&epochs=30"  # to be ended by hand


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def workplace(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with a folder of its own for runs."""
    log = tmp_path_factory.mktemp("workplace") / "log"
    with running_app(log=log, environment={"LATENT_ATLAS_RUNS": str(runs)}) as app:
        yield app


def standing(page: Page) -> Locator:
    return page.get_by_test_id("standing")


def train(page: Page, app: App, query: str) -> str:
    """Press Train with the settings of an address. Returns the run's name."""
    page.goto(f"{app.url}/training?{query}")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page).to_have_url(re.compile("run=[a-z0-9]{10}"))
    found = re.search("run=([a-z0-9]{10})", page.url)
    assert found
    return found[1]


def expect_map_of(page: Page, run: str) -> None:
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", re.compile(rf"^{run}\."))
    expect(plane(page)).to_have_attribute("aria-busy", "false")


def test_from_the_press_to_the_map_and_the_model(page: Page, workplace: App, runs: Path) -> None:
    run = train(page, workplace, f"{SMALL}&epochs=2")
    expect_map_of(page, run)
    expect(standing(page)).to_contain_text("Finished: 2 epochs.")
    expect(plane(page)).to_have_attribute("data-epoch", "2")
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", f"{run}.2")
    picture = shown(page)
    folder = runs / run
    model = VAE(read_job(folder).model).eval()
    last = snapshots.read(snapshots.count(folder) - 1, folder)
    model.load_state_dict({name: value.float() for name, value in last.decoder.items()}, strict=False)
    assert_decoded(model, [picture.z], picture.pixels)

    cards = page.get_by_test_id("run-card")
    expect(cards).to_have_count(2)
    expect(cards.nth(1)).to_contain_text("images 400")
    cards.nth(0).click()
    expect(page.get_by_test_id("digit")).to_have_attribute("data-model", re.compile("^shipped"))
    expect(page).not_to_have_url(re.compile("run="))
    cards.nth(1).click()
    expect_map_of(page, run)
    with page.expect_download() as download:
        page.get_by_test_id("download").click()
    assert checkpoint.load(Path(download.value.path())).dataset == "small-digits"
    expect(page.get_by_role("link", name="One digit").last).to_have_attribute(
        "href", re.compile(rf"/one_digit\?model={run}\.2$")
    )
    page.get_by_role("link", name="Completeness").last.click()
    expect(page.locator("[data-side=right] h2")).to_have_text("Yours: VAE, epoch 2")
    expect(page.get_by_text(NOT_JUDGED)).to_be_visible()


def test_a_run_is_paused_found_again_resumed_stopped_and_discarded(tab: Page, workplace: App) -> None:
    run = train(tab, workplace, LONG)
    expect_map_of(tab, run)
    tab.get_by_test_id("pause").click()
    expect(standing(tab)).to_contain_text("Paused")
    tab.reload()
    expect_map_of(tab, run)
    expect(standing(tab)).to_contain_text("Paused")
    tab.get_by_test_id("resume").click()
    expect(standing(tab)).to_contain_text("Training")
    tab.goto("about:blank")  # closed, and opened again without an address
    tab.goto(f"{workplace.url}/training")
    card = tab.locator(f"[data-run='{run}']")
    card.click()
    expect_map_of(tab, run)
    expect(plane(tab)).to_have_attribute("data-epoch", re.compile("^[1-9]"))
    tab.get_by_test_id("stop").click()
    expect(standing(tab)).to_contain_text("Stopped and kept")
    discard = tab.get_by_test_id("discard")
    discard.click()
    expect(discard).to_have_text("Discard for good?")
    discard.click()
    expect(tab.get_by_test_id("digit")).to_have_attribute("data-model", re.compile("^shipped"))
    expect(tab.locator(".latent-map-notice")).to_contain_text("no longer kept")
    expect(card).to_have_count(0)
    assert tab.request.get(f"{workplace.url}/runs/{run}").status == 404


def test_somebody_else_sees_a_run_and_does_not_command_it(
    tab: Page, browser: Browser, workplace: App
) -> None:
    run = train(tab, workplace, LONG)
    expect_map_of(tab, run)
    tab.get_by_test_id("pause").click()
    expect(standing(tab)).to_contain_text("Paused")
    with visitor(browser) as other:
        page = other.new_page()
        page.goto(f"{workplace.url}/training?run={run}")
        expect_map_of(page, run)
        for command in ("resume", "stop", "discard"):
            expect(page.get_by_test_id(command)).to_be_hidden()
        page.evaluate(
            "run => localStorage.setItem('latent-atlas-runs', JSON.stringify([{run, key: 'x'}]))", run
        )
        page.reload()
        page.get_by_test_id("resume").click()
        expect(page.get_by_test_id("reason")).to_have_text("Only whoever started this run can command it.")
        expect(standing(page)).to_contain_text("Paused")
    tab.get_by_test_id("discard").click()
    tab.get_by_test_id("discard").click()
    expect(tab.get_by_test_id("digit")).to_have_attribute("data-model", re.compile("^shipped"))


def test_a_model_is_brought_along_and_a_file_that_is_none_is_one_sentence(
    tab: Page, workplace: App, tmp_path: Path
) -> None:
    tab.goto(f"{workplace.url}/training")
    expect(plane(tab)).to_have_attribute("aria-busy", "false")
    nonsense = tmp_path / "nonsense.pt"
    nonsense.write_bytes(b"nothing")
    tab.get_by_test_id("upload-model").set_input_files(nonsense)
    expect(tab.locator(".training-kept")).to_have_text(re.compile(r"\w.*\.$"))
    tab.get_by_test_id("upload-model").set_input_files(Path("checkpoints/autoencoder.pt"))
    expect(tab).to_have_url(re.compile("run="))
    expect(standing(tab)).to_contain_text("An uploaded model.")
    expect(tab.locator(".latent-map-notice")).to_contain_text("no epochs to show")
    expect(tab.get_by_role("link", name="Latent map").last).to_have_attribute(
        "href", re.compile(r"/\?model=")
    )


def test_own_images_are_trained_on_with_the_names_of_their_classes(
    page: Page, workplace: App, tmp_path: Path, digits: Digits
) -> None:
    file = tmp_path / "mine.npz"
    few = digits.labels < 3
    np.savez(file, images=digits.images[few], labels=np.array(["zero", "one", "two"])[digits.labels[few]])
    page.goto(f"{workplace.url}/training?{SMALL.replace('dataset=small-digits&', '')}&epochs=1")
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    page.get_by_test_id("upload-images").set_input_files(file)
    expect(page).to_have_url(re.compile("dataset=own-[0-9a-f]{12}"))
    page.get_by_role("button", name="Train", exact=True).click()
    expect(standing(page)).to_contain_text("Finished: 1 epoch.")
    expect(page.locator(".latent-map-legend button")).to_have_text(["one", "two", "zero"])
    expect(page.get_by_test_id("run-card").nth(1)).to_contain_text("Own images")
