"""What the whole page needs a script for: its links named, and one sentence when the server is away."""

from __future__ import annotations

from pages.components.mount import component

_component = component.declared("page_frame", "frame/page_frame", '<div class="page-frame"></div>')


def page_frame(current: str) -> None:
    """Mark the links to the pages, of which `current` is the title of the one on show, as their navigation.

    While the server is away, a sentence says so, instead of Streamlit's dialog on how to start it.
    """
    _component.show(key="page_frame", data={"current": current})
