"""The script that app.py serves: what all pages share, then the page that was asked for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components.classroom.lesson_bar import lesson_bar
from pages.components.classroom.room_bar import room_bar
from pages.components.classroom.view import KEEPER as CLASSROOM
from pages.components.completeness.view import KEEPER as COMPLETENESS
from pages.components.continuity.view import KEEPER as CONTINUITY
from pages.components.frame.header import PAGES
from pages.components.frame.page_frame import page_frame
from pages.components.frame.views import PRESENT, companions_of, is_presented
from pages.components.latent_map.view import KEEPER as LATENT_MAP
from pages.components.one_digit.view import KEEPER as ONE_DIGIT
from pages.components.training.view import KEEPER as TRAINING

FRAME = Path(__file__).parent / "components" / "frame"

KEEPERS = (LATENT_MAP, ONE_DIGIT, CONTINUITY, COMPLETENESS, TRAINING, CLASSROOM)

# A visitor's own state, made once a session. Pages copy what their widgets report into it, because a widget's
# own value is forgotten when its page is left.
DEFAULTS = {
    "keepers": KEEPERS,  # what the header's links ask for the address of every page
    **{keeper.page: None for keeper in KEEPERS},  # the view of each page, once it was there
    "checkpoint": None,  # the one that was chosen last, on any page that shows one
    "guests": {},  # models of the workshop that this visitor has opened, by name: their titles
    "lesson_answers": {},  # what was answered and locked, by lesson and step
    "geodesic": None,  # ends and checkpoint of the geodesic that was found last
    "changed_here": False,  # whether this run follows a change on the page; its address lags behind then
    "training_keys": {},  # of the runs that were started, by the run's name
    "turns": {},  # how often Python has changed each widget (mirrors)
    "companions": {},  # what goes along into every address: the presenter's layout, a lesson, a room
    "accompanied": False,  # whether this run follows a change of them here
    "room_led": None,  # the code of the room that this visitor has opened
    "page": None,  # the page of the last run, to tell an arrival from a rerun
    "asked": {},  # the address that it was come to with
}
for name, value in DEFAULTS.items():
    st.session_state.setdefault(name, value)

found = companions_of(st.query_params)
if st.session_state["accompanied"]:  # then the address lags behind
    st.session_state["accompanied"] = False
elif found != st.session_state["companions"]:  # a link, a reload, Back or Forward: it holds the whole view
    st.session_state["companions"] = found
    st.session_state["changed_here"] = False
for sheet in ("colours", "page", "access", *([PRESENT] if is_presented() else [])):
    st.html(FRAME / f"{sheet}.css")
st.html(FRAME.parent / "classroom" / "lesson_bar.css")
first = next(iter(PAGES))
if "scripts" not in st.session_state:  # made once a session, as each looks its file up on the disk
    st.session_state["scripts"] = {
        script: st.Page(script, title=name, default=script == first) for script, name in PAGES.items()
    }
# the header holds the links, in the same line as a page's controls
page = st.navigation([*st.session_state["scripts"].values()], position="hidden")
st.set_page_config(page_title=f"{page.title} – Latent Atlas", page_icon=FRAME / "icon.svg", layout="wide")
st.session_state["arrived"] = st.session_state["page"] != page.url_path
if st.session_state["arrived"]:  # what a browser tells with a click on a link is of the page that is left
    st.session_state["changed_here"] = False
    st.session_state["asked"] = st.query_params.to_dict()
st.session_state["page"] = page.url_path
page_frame(page.title, st.session_state["asked"])
here = page.url_path or Path(first).stem
with st.container(key="room"):  # in its place with a room and without: what stands below would begin anew
    room_bar(here)
lesson_bar(here)
page.run()
