"""What the whole page needs a script for: named links, its address, a sentence when the server is away."""

from __future__ import annotations

from collections.abc import Mapping

from pages.components.frame.views import COMPANIONS
from pages.components.mount import component

_component = component.declared("page_frame", "frame/page_frame", '<div class="page-frame"></div>')


def page_frame(current: str, asked: Mapping[str, str]) -> None:
    """Mark the links to the pages, of which `current` is the title of the one on show, as their navigation.

    Where an answer that came late has written parts of the page that was left into the address of this one,
    they go: it says what was `asked` for. While the server is away, a sentence says so, instead of
    Streamlit's dialog on how to start it.
    """
    own = {name: text for name, text in asked.items() if name not in COMPANIONS}
    data = {"current": current, "asked": own, "companions": COMPANIONS}
    _component.show(key="page_frame", data=data)
