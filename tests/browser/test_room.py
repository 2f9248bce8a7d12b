"""A room in real Chromium: a teacher in one browser, students in others."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.browser.conftest import App, visitor, watched
from tests.browser.reading import assert_decoded, box_of, decoder, plane, resize
from tests.serving import copy_project, write_checkpoint
from vae.bench.server import running_app

NASTY = "<img src=x onerror=document.title='taken'>"


class Class:
    """People with browsers of their own."""

    def __init__(self, browser: Browser, app: App, stack: ExitStack) -> None:
        self.browser, self.app, self.stack = browser, app, stack
        self.code = ""
        self.teacher = self.arriving()

    def arriving(self, width: int = 1280, height: int = 720) -> Page:
        context = self.stack.enter_context(visitor(self.browser))
        page = self.stack.enter_context(watched(context.new_page()))
        page.set_viewport_size({"width": width, "height": height})
        return page

    def open(self) -> None:
        self.teacher.goto(f"{self.app.url}/classroom")
        self.teacher.get_by_role("button", name="Open a room").click()
        self.code = self.teacher.get_by_test_id("room-code").inner_text()
        expect(plane(self.teacher)).to_have_attribute("aria-busy", "false")

    def join(self, page: Page, path: str = "") -> str:
        """Two clicks at most from the link; returns the name that the student got."""
        page.goto(f"{self.app.url}/{path}?room={self.code}")
        page.get_by_role("button", name="Join", exact=True).click()
        return name_of(page)

    def ask(self, question: str, kind: str, *options: str) -> None:
        form = self.teacher.locator("details:has(.room-own)")
        form.evaluate("details => (details.open = true)")
        form.get_by_label("Your question").fill(question)
        form.get_by_label("Answer").select_option(kind)
        if options:
            form.get_by_label("Options, one a line").fill("\n".join(options))
        form.get_by_role("button", name="Ask this").click()

    def press(self, name: str) -> None:
        self.teacher.get_by_role("button", name=name, exact=True).click()

    def press_surely(self, name: str, again: str) -> None:
        self.press(name)
        self.press(again)


def name_of(page: Page) -> str:
    name = page.locator(".room-name").first
    expect(name).to_have_text(re.compile("You are [A-Z]"))
    return name.inner_text().removeprefix("You are ")


def pin(page: Page, across: float, down: float) -> tuple[float, float]:
    """Click on the map; returns where the mark then is."""
    expect(plane(page)).to_have_attribute("aria-busy", "false")
    plane(page).scroll_into_view_if_needed()
    mark = page.locator(".mark-pin")
    before = mark.get_attribute("transform")
    box = box_of(plane(page))
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
    expect(mark).not_to_have_attribute("transform", str(before))
    return float(mark.get_attribute("data-z1") or "nan"), float(mark.get_attribute("data-z2") or "nan")


def pins(page: Page) -> list[str]:
    """Whose pins a map shows."""
    names: list[str] = page.locator(".others-pin").evaluate_all("pins => pins.map((pin) => pin.dataset.name)")
    return sorted(names)


def gallery(page: Page) -> NDArray[np.uint8]:
    """What the gallery shows, (n, 784), once all of it is drawn."""
    read = """() => [...document.querySelectorAll(".room-gallery canvas")].map((canvas) =>
        [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data])"""
    page.wait_for_function(f"({read})().flat().every((value, i) => i % 4 !== 3 || value === 255)")
    return np.array(page.evaluate(read), dtype=np.uint8)[:, ::4]


@pytest.fixture
def lesson(browser: Browser, app: App) -> Iterator[Class]:
    with ExitStack() as stack:
        held = Class(browser, app, stack)
        held.open()
        yield held


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


def test_a_class_is_led_and_may_stay_behind(lesson: Class) -> None:
    teacher, student = lesson.teacher, lesson.arriving()
    name = lesson.join(student)
    teacher.get_by_label("Page", exact=True).select_option("continuity")
    lesson.press("Everyone here")
    expect(student).to_have_url(re.compile(rf"/continuity\?room={lesson.code}"))
    expect(student.get_by_text("Everyone is here: Continuity")).to_be_visible()
    assert name_of(student) == name
    expect(plane(student)).to_have_attribute("aria-busy", "false")
    box = box_of(plane(student))
    student.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
    expect(teacher.locator(".others-pin")).to_have_count(
        1
    )  # an end of the walk, which is a point of the plane
    student.get_by_role("navigation", name="Pages").get_by_text("Latent map").click()
    expect(student).to_have_url(re.compile(rf"/(latent_map)?\?room={lesson.code}"))
    student.reload()  # one who has gone elsewhere is not fetched back
    assert name_of(student) == name
    expect(student).to_have_title("Latent map – Latent Atlas")
    student.get_by_role("button", name="Stop following").click()
    lesson.press("Everyone at this step")
    expect(student.get_by_text("Everyone is here: One digit")).to_be_visible()
    expect(student).to_have_title("Latent map – Latent Atlas")
    student.get_by_role("button", name="Follow", exact=True).click()
    expect(student).to_have_url(re.compile(r"/one_digit\?.*lesson="))
    expect(student).to_have_url(re.compile(f"room={lesson.code}"))


class SlowStream:
    """Streamlit's connection with a server that is busy: what a component tells it answers late."""

    def __init__(self, page: Page) -> None:
        self.tells = 0  # until it has caught up
        self._is_busy = True
        self._answers: list[str | bytes] = []
        self._asked: list[str | bytes] = []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        self._ends = page, server
        page.on_message(self._ask)
        server.on_message(self._answer)

    def _ask(self, message: str | bytes) -> None:
        self.tells += isinstance(message, bytes) and b'"address"' in message
        if not self._is_busy or self.tells < 2:
            self._ends[1].send(message)
        else:  # what is told again, and whatever comes after it
            self._asked.append(message)

    def _answer(self, message: str | bytes) -> None:
        if self._is_busy and self.tells:
            self._answers.append(message)
        else:
            self._ends[0].send(message)

    def answer(self) -> None:
        """What came of the first time, while the second is not heard yet."""
        while self._answers:
            self._ends[0].send(self._answers.pop(0))

    def catch_up(self) -> None:
        self._is_busy = False
        for message in self._asked:
            self._ends[1].send(message)


def test_who_has_gone_on_is_not_led_again_when_a_busy_server_hears_it_twice(lesson: Class) -> None:
    teacher, student = lesson.teacher, lesson.arriving()
    stream = SlowStream(student)
    lesson.join(student)
    teacher.get_by_label("Page", exact=True).select_option("continuity")
    lesson.press("Everyone here")
    expect(student.get_by_text("Everyone is here: Continuity")).to_be_visible()
    while stream.tells < 2:
        student.wait_for_function("true")  # lets messages come
    stream.answer()
    expect(student).to_have_title("Continuity – Latent Atlas")
    student.get_by_role("navigation", name="Pages").get_by_text("One digit").click()
    stream.catch_up()
    expect(student).to_have_title("One digit – Latent Atlas")
    with pytest.raises(AssertionError):
        expect(student).to_have_title("Continuity – Latent Atlas", timeout=5000)


def test_a_class_is_led_from_the_page_that_the_teacher_is_on(lesson: Class) -> None:
    teacher, student = lesson.teacher, lesson.arriving(390, 844)
    lesson.join(student)
    bar = teacher.locator(".room-bar")
    expect(bar).to_be_hidden()  # the desk has all of it
    go(teacher, "Latent map")
    student.get_by_label("z1", exact=True).fill("0.75")
    student.get_by_label("z1", exact=True).press("Enter")
    expect(bar.get_by_text("1 here, 1 pins")).to_be_visible()
    expect(teacher.locator(".others-pin")).to_have_count(0)  # a class may see this screen
    bar.get_by_role("button", name="Show pins to all").click()
    expect(teacher.locator(".others-pin")).to_have_count(1)
    expect(plane(teacher)).to_have_attribute("aria-busy", "false")
    z1, _ = pin(teacher, 0.3, 0.6)
    expect(teacher).to_have_url(re.compile(f"z1={z1:g}"))
    bar.get_by_role("button", name="Everyone here").click()
    expect(student).to_have_url(re.compile(f"z1={z1:g}"))
    bar.get_by_role("button", name="Let everyone go").click()
    expect(student.get_by_text("Everyone is here")).to_be_hidden()

    go(teacher, "Classroom")
    teacher.get_by_role("link", name="Start “Ein latenter Raum in zehn Minuten”").click()
    bar.get_by_role("button", name="Alle hierher").click()
    expect(student.get_by_text("Alle sind hier: One digit")).to_be_visible()
    teacher.reload()
    bar.get_by_role("button", name="Die Frage dieses Schritts stellen").click()
    expect(bar.get_by_text("0 von 1 haben geantwortet.")).to_be_visible()
    locking = student.locator(".lesson-ask")
    locking.get_by_role("button").first.click()
    locking.get_by_role("button", name="Festlegen", exact=True).click()
    locking.get_by_role("button", name="Jetzt festlegen").click()
    expect(bar.get_by_text("1 von 1 haben geantwortet.")).to_be_visible()
    expect(bar.get_by_test_id("room-result")).to_have_count(0)
    bar.get_by_role("button", name="Der Klasse zeigen").click()
    for page in (teacher, student):
        expect(page.locator(".room-panel").get_by_text("1 Antwort", exact=True)).to_be_visible()
    assert student.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    for width in (1280, 390):
        resize(teacher, width, 800)
        results = Axe().run(teacher)
        assert results.violations_count == 0, results.generate_report()
        assert teacher.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), width
    bar.get_by_role("button", name="Zum Pult").click()
    lesson.press_surely("End the room", "End it for everybody?")
    expect(teacher).not_to_have_url(re.compile("room="))
    expect(student.get_by_text("has ended this room")).to_be_visible()


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_text(name).click()
    expect(page).to_have_title(f"{name} – Latent Atlas")


def test_what_is_locked_in_the_lesson_answers_the_room(lesson: Class) -> None:
    teacher, student = lesson.teacher, lesson.arriving()
    lesson.join(student)
    lesson.press("Everyone at this step")
    locking = student.locator(".lesson-ask")
    locking.get_by_role("button").first.click()
    lesson.press("Ask this step’s question")
    expect(student.get_by_text("lock your answer below")).to_be_visible()
    locking.get_by_role("button", name="Lock", exact=True).click()
    locking.get_by_role("button", name="Lock it").click()
    expect(student.locator(".room-panel").get_by_text("Your answer:")).to_be_visible()
    expect(teacher.locator(".room-answers .room-bars b").first).to_have_text("1")


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_room(lesson: Class, scheme: str) -> None:
    student = lesson.arriving()
    lesson.join(student)
    pin(student, 0.4, 0.4)
    lesson.ask("Which comes first?", "order", "one", "two")
    expect(student.get_by_role("button", name="Send this order")).to_be_visible()
    options = {"rules": {"target-size": {"enabled": True}}}
    for page in (lesson.teacher, student):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            resize(page, width, 800)
            results = Axe().run(page, options=options)
            assert results.violations_count == 0, results.generate_report()
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
        held = Class(browser, app, stack)
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
