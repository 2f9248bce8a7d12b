"""Classroom: take a lesson; join a room with a class, or open one."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.components.classroom import page_words as words
from pages.components.classroom.lessons import address, lessons, script
from pages.components.classroom.rooms import show_rooms
from pages.components.classroom.view import KEEPER
from pages.components.frame.header import header, show_warnings, usable_service
from pages.components.frame.markup import unformatted
from vae.lessons.lesson import Lesson


def show_lessons() -> None:
    """The lessons by language, each with its length and a way in; what is wrong with files of others."""
    found, wrong = lessons()
    st.html(f'<h2 class="atlas-section">{words.TAKE}</h2><p class="atlas-lead">{words.HOW}</p>')
    with st.container(key="classroom_lessons"):  # a grid, laid out in lesson_bar.css
        for language in sorted({lesson.language for lesson in found.values()}, key=words.order):
            with st.container(key=f"classroom_{language}", gap="xsmall"):
                st.html(f'<h3 lang="{escape(language)}">{escape(words.called(language))}</h3>')
                of_this = (lesson for lesson in found.values() if lesson.language == language)
                for lesson in sorted(of_this, key=lambda lesson: (lesson.minutes, lesson.title)):
                    show_lesson(lesson)
    for sentence in wrong:
        st.warning(unformatted(sentence))


def show_lesson(lesson: Lesson) -> None:
    first = lesson.steps[0]
    with st.container(border=True, gap="xxsmall", key=f"classroom_lesson_{lesson.name}"):
        said = words.length(lesson.minutes, len(lesson.steps))
        st.html(
            f'<p class="classroom-lesson"><b lang="{escape(lesson.language)}">{escape(lesson.title)}</b><br>'
            f"{escape(said)}</p>"
        )
        st.page_link(
            script(first),
            label=words.start(lesson.title),
            query_params=address(lesson, first),
        )


def show_page() -> None:
    service = usable_service()
    if service is None:
        return
    refused = KEEPER.adopt(service)
    header(KEEPER)
    KEEPER.publish(service)
    show_warnings(service, refused)
    show_lessons()
    show_rooms()


show_page()
