"""A class that is led: to pages, to a lesson's steps, to its questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.accessible import assert_accessible
from tests.browser.conftest import App, Visitors
from tests.browser.people import Class, held, name_of, pin
from tests.browser.reading import box_of, plane, resize


@pytest.fixture
def lesson(visitors: Visitors, app: App) -> Iterator[Class]:
    with held(iter(visitors), app) as lesson:
        yield lesson


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
    # an end of the walk, which is a point of the plane
    expect(teacher.locator(".others-pin")).to_have_count(1)
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
        assert_accessible(teacher)
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
