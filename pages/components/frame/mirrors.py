"""Widgets that show a part of the view, whoever changed it last: the visitor by the widget, or Python.

Whatever a browser tells carries the values of all its widgets, also of those that Python has changed
meanwhile and of which the browser has not heard yet. Streamlit takes such an old value for the visitor's
choice, and undoes the change. So a widget that Python changes gets another key: what is told of its old one
means nothing.
"""

from __future__ import annotations

from typing import Any

import streamlit as st


def mirror(name: str, value: Any) -> str:
    """Let the widget called `name`, which is drawn next, show a value. Returns its key."""
    if st.session_state.get(_key(name), value) != value:
        st.session_state["turns"][name] = st.session_state["turns"].get(name, 0) + 1
    key = _key(name)
    st.session_state[key] = value
    return key


def mirrored(name: str) -> Any:
    """What the visitor has chosen in the widget called `name`."""
    return st.session_state[_key(name)]


def settle(name: str, value: Any) -> None:
    """Let the widget called `name` show what became of the visitor's own input; only in its callback."""
    st.session_state[_key(name)] = value


def _key(name: str) -> str:
    turn = st.session_state["turns"].get(name, 0)
    return f"{name}.{turn}" if turn else name
