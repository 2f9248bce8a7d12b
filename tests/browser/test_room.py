"""A room in real Chromium: a teacher in one browser, students in others."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.accessible import assert_accessible_everywhere
from tests.browser.conftest import App, Visitors
from tests.browser.people import Class, gallery, held, name_of, pin, pins
from tests.browser.reading import assert_decoded, decoder, plane, resize
from tests.serving import copy_project, write_checkpoint
from vae.bench.server import running_app

NASTY = "<img src=x onerror=document.title='taken'>"


@pytest.fixture
def lesson(visitors: Visitors, app: App) -> Iterator[Class]:
    with held(iter(visitors), app) as lesson:
        yield lesson


def test_pins_come_together_on_the_teachers_map_and_stand_still_when_frozen(lesson: Class) -> None:
    teacher = lesson.teacher
    one, other = lesson.arriving(), lesson.arriving(390, 844)
    names = [lesson.join(one), lesson.join(other)]
    assert names[0] != names[1]
    places = [pin(one, 0.3, 0.4), pin(other, 0.6, 0.6)]
    expect(teacher.locator(".others-pin")).to_have_count(2)
    assert pins(teacher) == sorted(names)
    for name, (z1, z2) in zip(names, places, strict=True):
        drawn = teacher.locator(f'.others-pin[data-name="{name}"]')
        there = teacher.get_by_test_id("latent-map").evaluate(
            "(plot, [z1, z2]) => [plot._fullLayout.xaxis.l2p(z1), plot._fullLayout.yaxis.l2p(z2)]", [z1, z2]
        )
        at = [float(part) for part in re.findall(r"-?[\d.]+", drawn.get_attribute("transform") or "")]
        assert at == pytest.approx(there, abs=1)
    expect(teacher.locator(".others-pin.marked")).to_have_attribute("data-name", names[1])  # the latest
    expect(teacher.locator(".room-gallery figcaption")).to_have_text([names[1], names[0]])
    assert_decoded(decoder("vae"), [places[1], places[0]], gallery(teacher))
    assert sum(int(count) for count in teacher.locator(".room-counts b").all_inner_texts()) == 2

    expect(one.locator(".others-pin")).to_have_count(0)  # nobody sees the others' before they are shown
    lesson.press("Show pins to all")
    expect(one.locator(".others-pin")).to_have_count(1)
    assert pins(one) == [names[1]]

    lesson.press("Freeze pins")
    expect(one.get_by_text("Pins stand still")).to_be_visible()
    drawn = teacher.locator(f'.others-pin[data-name="{names[0]}"]')
    before = drawn.get_attribute("transform")
    pin(one, 0.5, 0.5)
    lesson.press("Let pins move")
    expect(one.get_by_text("Pins stand still")).to_be_hidden()
    assert drawn.get_attribute("transform") == before
    plane(one).focus()
    one.keyboard.press("Shift+ArrowRight")
    expect(drawn).not_to_have_attribute("transform", str(before))

    teacher.get_by_role("button", name=f"Show the pin of {names[0]} to all").click()
    expect(other.locator(".others-pin.marked")).to_have_attribute("data-name", names[0])
    expect(other.get_by_text(f"On the map: {names[0]}")).to_be_visible()

    for page in (one, teacher):
        page.reload()
    assert name_of(one) == names[0]
    expect(teacher.get_by_test_id("room-code")).to_have_text(lesson.code)
    expect(teacher.locator(".others-pin")).to_have_count(2)
    lesson.press_surely("Clear pins", "Clear all pins?")
    expect(teacher.locator(".others-pin")).to_have_count(0)


def test_a_question_is_answered_and_revealed(lesson: Class) -> None:
    teacher = lesson.teacher
    one, other = lesson.arriving(), lesson.arriving()
    for student in (one, other):
        lesson.join(student)
    lesson.ask(NASTY, "choice", "<b>Yes</b>", "No")
    for student, answer in ((one, "No"), (other, "<b>Yes</b>")):
        expect(student.locator(".room-question")).to_have_text(NASTY)
        student.get_by_role("button", name=answer, exact=True).click()
        student.get_by_role("button", name="Send").click()
        expect(student.get_by_text(f"Your answer: {answer}.")).to_be_visible()
        expect(student.get_by_test_id("room-result")).to_have_count(0)
    expect(teacher.locator(".room-answers .room-bars b")).to_have_text(["1", "1"])
    one.reload()
    expect(one.get_by_text("Your answer: No.")).to_be_visible()
    lesson.press("Reveal to students")
    for student in (one, other):
        expect(student.locator(".room-bars span")).to_have_text(["<b>Yes</b>", "No"])
        expect(student.locator(".room-bars b")).to_have_text(["1", "1"])
        assert student.title() == "Latent map – Latent Atlas"
    lesson.press("Hide from students")
    expect(one.get_by_test_id("room-result")).to_have_count(0)


def test_a_place_and_an_order_are_answered_by_hand_and_by_keyboard(lesson: Class) -> None:
    teacher, student = lesson.teacher, lesson.arriving()
    lesson.join(student)
    lesson.ask("Where is a 7?", "point")
    sending = student.get_by_role("button", name="Send this pin")
    expect(sending).to_be_disabled()
    pin(student, 0.6, 0.4)
    sending.click()
    expect(teacher.get_by_text("Answers: 1")).to_be_visible()
    expect(teacher.locator(".room-cloud circle")).to_have_count(1)
    lesson.ask("Which comes first?", "order", "one", "two", "three")
    student.get_by_role("button", name="Move up: three").focus()
    for _ in range(2):
        student.keyboard.press("Enter")
    expect(student.locator(".room-order li span")).to_have_text(["three", "one", "two"])
    student.get_by_role("button", name="Send this order").click()
    expect(student.get_by_text("Your answer: three, one, two.")).to_be_visible()
    expect(teacher.locator(".room-places tr").nth(3).locator("td")).to_have_text(["1", "0", "0"])
    with teacher.expect_download() as download:
        lesson.press("Save as CSV")
    with download.value.path().open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["own-2"] for row in rows] == ["1. three, 2. one, 3. two"]


def test_who_is_removed_is_told_and_so_is_a_class_whose_room_ends(lesson: Class) -> None:
    teacher = lesson.teacher
    one, other = lesson.arriving(), lesson.arriving()
    names = [lesson.join(student) for student in (one, other)]
    row = teacher.locator(".room-members li").filter(has_text=names[0])
    row.get_by_role("button", name="Remove", exact=True).click()
    row.get_by_role("button", name=f"Remove {names[0]}?").click()
    expect(one.get_by_text("The teacher has removed you")).to_be_visible()
    expect(teacher.get_by_text("Students: 1 here")).to_be_visible()
    lesson.press_surely("End the room", "End it for everybody?")
    expect(other.get_by_text("The teacher has ended this room.")).to_be_visible()
    expect(teacher.get_by_role("button", name="Open a room")).to_be_visible()
    expect(teacher).not_to_have_url(re.compile("room="))
    expect(teacher.locator(".room-desk").get_by_text("has ended this room")).to_be_visible()
    other.get_by_role("button", name="Close").click()
    expect(other.locator(".room-bar")).to_have_count(0)
    expect(other).not_to_have_url(re.compile("room="))


def test_one_place_in_one_window(lesson: Class) -> None:
    student = lesson.arriving()
    name = lesson.join(student)
    with student.expect_popup() as popup:
        student.evaluate("window.open(location.href) && null")  # which knows what this tab remembers
    assert name_of(popup.value) == name
    expect(student.get_by_text("open in another window")).to_be_visible()
    student.get_by_role("button", name="Use it here").click()
    assert name_of(student) == name
    expect(popup.value.get_by_text("open in another window")).to_be_visible()


def test_a_server_that_comes_back_has_no_rooms(context: BrowserContext, mortal_app: App) -> None:
    page = context.new_page()
    page.goto(f"{mortal_app.url}/classroom")
    page.get_by_role("button", name="Open a room").click()
    code = page.get_by_test_id("room-code").inner_text()
    student = context.new_page()
    student.goto(f"{mortal_app.url}/?room={code}")
    student.get_by_role("button", name="Join", exact=True).click()
    name_of(student)
    mortal_app.kill()
    expect(student.get_by_text("The room does not answer")).to_be_visible()
    expect(page.get_by_text("The room does not answer")).to_be_visible()
    mortal_app.start()
    for each in (student, page):
        expect(each.get_by_text("There is no room with this code")).to_be_visible()
    expect(page.get_by_role("button", name="Open a room")).to_be_visible()


def test_a_pin_in_a_plane_without_a_name_goes_nowhere(lesson: Class) -> None:
    """The training page's planes are no checkpoint's."""
    student = lesson.arriving()
    name = lesson.join(student, "training")
    pin(student, 0.4, 0.4)
    student.get_by_role("navigation", name="Pages").get_by_text("Latent map").click()
    expect(student.locator(".training")).to_have_count(0)
    pin(student, 0.4, 0.4)
    expect(lesson.teacher.locator(".others-pin")).to_have_count(1)
    assert pins(lesson.teacher) == [name]


def test_a_code_that_is_none_is_said(page: Page, app: App) -> None:
    page.goto(f"{app.url}/?room=FFFFF")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("There is no room with this code")).to_be_visible()


def test_axe_finds_nothing_in_a_room(lesson: Class) -> None:
    student = lesson.arriving()
    lesson.join(student)
    pin(student, 0.4, 0.4)
    lesson.ask("Which comes first?", "order", "one", "two")
    expect(student.get_by_role("button", name="Send this order")).to_be_visible()
    for page in (lesson.teacher, student):
        assert_accessible_everywhere(page)
        for width in (1280, 390):
            resize(page, width, 800)
            assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), width


def test_nothing_of_a_room_is_kept_on_disk_in_the_log_or_in_a_cookie(
    browser: Browser, tmp_path: Path
) -> None:
    """Streamlit sets one cookie, against forged forms: it ends with the browser."""
    root = copy_project(tmp_path, "lessons")
    (root / "checkpoints").mkdir()
    write_checkpoint(root / "checkpoints" / "vae.pt")
    places = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    with running_app(root, log=tmp_path / "log", environment=places) as app, ExitStack() as stack:
        held = Class(iter(Visitors(browser, stack)), app, stack)
        held.open()
        student = held.arriving()
        name = held.join(student)
        held.ask("What is kept?", "choice", "A lot", "Nothing at all")
        student.get_by_role("button", name="Nothing at all").click()
        student.get_by_role("button", name="Send").click()
        expect(student.get_by_text("Your answer")).to_be_visible()
        for page in (held.teacher, student):
            cookies = page.context.cookies()
            assert [cookie["name"] for cookie in cookies] == ["_streamlit_xsrf"]
            assert cookies[0]["expires"] == -1
            kept = page.evaluate(
                "Object.keys(localStorage).filter((key) => !key.startsWith('stActiveTheme'))"
            )
            assert kept == []
        held.press_surely("End the room", "End it for everybody?")
        expect(student.get_by_text("has ended this room")).to_be_visible()
        assert student.evaluate("Object.keys(sessionStorage)") == []
    traces = [held.code.encode(), name.encode(), b"What is kept?"]
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert not any(trace in path.read_bytes() for trace in traces), path
