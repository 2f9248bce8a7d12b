"""What happens when a browser comes back to its session."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.app_session import AppSession


def watch_no_files() -> None:
    """With server.fileWatcherType = "none" no files are watched for whoever comes back, either.

    Streamlit leaves its watcher out of new sessions alone. For a session that is taken up again it looks at
    the files of all loaded modules, thousands with torch, on the event loop: nobody else is served meanwhile.
    """
    if st.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = _nothing  # type: ignore[method-assign]


def _nothing(session: AppSession) -> None:
    pass
