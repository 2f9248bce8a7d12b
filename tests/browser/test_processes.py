"""Several processes behind nginx in real Chromium: what a page shows and keeps when one of them is killed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, visitor
from tests.browser.people import name_of, pin, pins
from tests.browser.reading import (
    assert_decoded,
    box_of,
    decoder,
    open_map,
    plane,
    shown,
    visible_range,
    wait_until_shown,
)
from tests.browser.test_training_run import LONG, standing, train
from tests.processes import Processes, behind_nginx
from tests.test_app_room import health
from vae.bench.server import ROOT

NOTICE = ".latent-map-notice"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with behind_nginx(ROOT, tmp_path_factory.mktemp("processes")) as processes:
        yield processes


@pytest.fixture
def teacher(browser: Browser) -> Iterator[Page]:
    with visitor(browser) as context:
        yield context.new_page()


@pytest.fixture
def student(browser: Browser) -> Iterator[Page]:
    """Scripts may not fail; that a server is missed is said by the browser, and rightly."""
    errors: list[str] = []
    with visitor(browser) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert errors == []


def of_whom(served: Processes) -> App:
    """The app process that has the only session."""
    [one] = [app for app in served.apps if health(app.url)["sessions"]["open"]]
    return one


def expect_connected(page: Page) -> None:
    expect(page.locator(".stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")


def open_room(teacher: Page, served: Processes) -> str:
    teacher.goto(f"{served.url}/classroom")
    teacher.get_by_role("button", name="Open a room").click()
    return teacher.get_by_test_id("room-code").inner_text()


def test_an_app_process_that_is_killed_changes_nothing_on_the_page(
    served: Processes, student: Page, teacher: Page
) -> None:
    open_map(student, f"{served.url}/?model=autoencoder&z1=1&z2=-1")
    before = wait_until_shown(student, (1, -1))
    assert before.model == "autoencoder"
    student.get_by_role("button", name="Zoom in").click()
    zoomed, address = visible_range(student), student.url
    facts = student.get_by_test_id("facts").inner_text()
    student.evaluate("window.theSame = true")
    killed = of_whom(served)

    killed.kill()
    expect(student.locator(".stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    expect_connected(student)  # with the other process
    expect(student.get_by_text("The app’s server does not answer.")).to_be_hidden()
    assert student.evaluate("window.theSame")  # it was not reloaded
    expect(student.locator(NOTICE)).to_be_hidden()
    expect(student.get_by_test_id("facts")).to_have_text(facts, use_inner_text=True)
    after = shown(student)
    assert (after.model, after.z) == (before.model, before.z)
    assert (after.pixels == before.pixels).all()
    assert visible_range(student) == zoomed
    assert student.url == address

    z = pin(student, 0.4, 0.4)
    expect(student).to_have_url(
        re.compile(rf"model=autoencoder.*z1={z[0]:g}\b.*z2={z[1]:g}\b")
    )  # Python hears
    expect(student.get_by_test_id("facts")).not_to_have_text(facts, use_inner_text=True)
    killed.start()


def test_a_room_lives_through_the_end_of_an_app_process(
    served: Processes, student: Page, teacher: Page
) -> None:
    code = open_room(teacher, served)
    student.goto(f"{served.url}/?room={code}")
    student.get_by_role("button", name="Join", exact=True).click()
    name = name_of(student)
    pin(student, 0.3, 0.4)
    expect(teacher.locator(".others-pin")).to_have_count(1)
    for app in served.apps:  # one after the other: there is always one left
        app.kill()
        expect_connected(student)
        expect_connected(teacher)
        app.start()
    for page in (student, teacher):
        expect_connected(page)
        expect(page.get_by_text("The room does not answer")).to_be_hidden()
    drawn = teacher.locator(f'.others-pin[data-name="{name}"]')
    before = drawn.get_attribute("transform")
    pin(student, 0.6, 0.6)
    expect(drawn).not_to_have_attribute("transform", str(before))
    assert pins(teacher) == [name]
    assert name_of(student) == name


def test_a_training_goes_on_when_an_app_process_is_killed(served: Processes, student: Page) -> None:
    train(student, served, LONG)
    expect(plane(student)).to_have_attribute("data-epoch", re.compile("^[1-9]"))
    killed = of_whom(served)
    killed.kill()
    epoch = plane(student).get_attribute("data-epoch")
    expect_connected(student)
    expect(plane(student)).not_to_have_attribute("data-epoch", str(epoch))
    student.get_by_role("button", name="Stop and keep").click()
    expect(standing(student)).to_contain_text("Stopped")
    killed.start()


def test_a_decoder_that_is_killed_is_missed_in_one_sentence_and_rooms_are_said_to_be_gone(
    served: Processes, student: Page, teacher: Page
) -> None:
    code = open_room(teacher, served)
    open_map(student, f"{served.url}/?room={code}&z1=1&z2=-1")
    student.get_by_role("button", name="Join", exact=True).click()
    name_of(student)
    before = wait_until_shown(student, (1, -1))

    served.decoder.kill()
    expect(student.locator(NOTICE)).to_contain_text("The server does not answer")
    expect(student.get_by_text("The room does not answer")).to_be_visible()
    expect(teacher.get_by_text("The room does not answer")).to_be_visible()
    expect(student.get_by_text("The app’s server does not answer.")).to_be_hidden()  # pages it has still
    assert (shown(student).pixels == before.pixels).all()

    served.decoder.start()
    expect(student.locator(NOTICE)).to_be_hidden()
    for page in (student, teacher):
        expect(page.get_by_text("There is no room with this code")).to_be_visible()
    box = box_of(plane(student))
    student.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    expect(student.get_by_test_id("digit")).not_to_have_attribute("data-z1", "1")
    drawn = shown(student)
    assert_decoded(decoder("vae"), drawn.z, drawn.pixels)
