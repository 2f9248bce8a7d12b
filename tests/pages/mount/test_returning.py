"""Sessions that are taken up again."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.runtime.app_session import AppSession

from pages.components.mount.returning import watch_no_files


@pytest.mark.parametrize(("watcher", "registered"), [("none", False), ("auto", True)])
def test_files_are_watched_for_a_session_only_if_they_are_for_all(
    monkeypatch: pytest.MonkeyPatch, watcher: str, registered: bool
) -> None:
    heard = []
    monkeypatch.setattr(AppSession, "register_file_watchers", heard.append)  # restored afterwards, too
    monkeypatch.setattr(st, "get_option", {"server.fileWatcherType": watcher}.get)
    watch_no_files()
    AppSession.register_file_watchers("somebody's")
    assert heard == ["somebody's"] * registered
