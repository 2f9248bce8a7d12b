"""How our Streamlit components come to life: a small script that loads a module and keeps one instance of it.

Streamlit runs a component's inline script as a module without an address of its own, calls its default
function again with every new argument without cleaning up after the last call, and runs the clean-up of the
last call when the component goes. A call that was given up for a newer one comes all the same, now and then
after it, and is cleaned up after at once. The script therefore keeps one instance per element, hands it the
newest arguments, and imports the real module from the address among them. What cannot be loaded is tried
again.

What a visitor changes in the browser comes back as a value that counts its changes, so that each side knows
what the other has seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TypeGuard, TypeVar

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.components.mount.assets import COMPONENTS, asset_base, plotly_path
from vae.plane.limits import LIMIT, kept

Told = TypeVar("Told")

_SCRIPT = (Path(__file__).parent / "slot.js").read_text(encoding="utf-8")


class Component(NamedTuple):
    """A declared component: what Streamlit renders, its module's path below the assets, its root's class."""

    render: ComponentRenderer
    module: str
    root: str

    def show(self, *, key: str, data: Mapping[str, object], **callbacks: Callable[[], None]) -> object:
        """Draw it. The browser gets `data`, its own `key`, and where to find modules and plotly.js."""
        found = {
            "asset_base": asset_base(),
            "plotly": plotly_path(),
            "module": self.module,
            "root": self.root,
        }
        return self.render(key=key, data={**data, **found, "key": key}, **callbacks)


class Change(NamedTuple):
    """What a component told."""

    content: Mapping[str, object]
    count: int  # of what it has told so far
    since: int  # the count with which it told this for the first time


def declared(name: str, module: str, html: str, *, styles: tuple[str, ...] = ()) -> Component:
    """Declare the component `name`, once, at import.

    `module` ("continuity/walk") names a script in pages/components. It is loaded into the element of class
    `name` (- for _) in `html` and exports `async mount(root, component)`, which resolves to
    `{update(component), dispose()}`; `component` is what Streamlit passes. `styles` names style sheets that
    the component borrows; its own, of the module's name, comes after them if there is one.
    """
    sheets = [COMPONENTS / f"{style}.css" for style in (*styles, module)]
    render = st.components.v2.component(
        name,
        html=html,
        css="".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists()),
        js=_SCRIPT,
        isolate_styles=False,  # plotly.js puts its style sheet into the document
    )
    return Component(render, f"{module}.js", name.replace("_", "-"))


def mount(
    component: Component,
    *,
    key: str,
    data: Mapping[str, object],
    value: str,
    read: Callable[[Mapping[str, object]], Told | None],
    on_change: Callable[[Told], None],
) -> None:
    """Draw a component that tells `value` when the visitor has changed it; `on_change` gets what was told.

    The browser tells a dictionary with a `count` of the changes so far; `read` turns it into the value, or
    into None if it is unusable. `on_change` is called before the script runs again, and once for a change
    that is told again: `since` is its first count. The component gets `data` and `seen`, how many changes
    are known here: while its own count is larger, what it gets is an echo.
    """
    come_back()
    # How many changes were heard: kept here, since Streamlit forgets a component's value with its page.
    heard = f"{key}_heard"

    def told(state: object) -> Change | None:
        change = state.get(value) if isinstance(state, Mapping) else None
        count = change.get("count") if isinstance(change, Mapping) else None
        if not is_number(count):
            return None
        since = change.get("since")
        return Change(change, int(count), int(since) if is_number(since) else int(count))

    def is_news(change: Change | None) -> TypeGuard[Change]:
        return change is not None and change.since > st.session_state.get(heard, 0)

    def hear(state: object) -> None:
        """Usable or not: what was heard is no echo to wait for."""
        if (change := told(state)) is None:
            return
        content = read(change.content) if is_news(change) else None
        st.session_state[heard] = max(change.count, st.session_state.get(heard, 0))
        if content is not None:
            on_change(content)

    result = component.show(
        key=key,
        data={**data, "seen": st.session_state.get(heard, 0)},
        **{f"on_{value}_change": lambda: hear(st.session_state[key])},
    )
    if is_news(told(result)):
        # Set while the server was away: the browser brings it to a new session, without a callback.
        hear(result)
        st.rerun()


def is_number(told: object) -> TypeGuard[float]:
    return isinstance(told, int | float) and math.isfinite(told)


def point(told: object) -> tuple[float, float] | None:
    """A point that the browser told as [z1, z2], within what the decode channel takes; None if it is none."""
    if not isinstance(told, list | tuple) or len(told) != 2 or not all(map(is_number, told)):
        return None
    z1, z2 = (kept(min(max(float(z), -LIMIT), LIMIT)) for z in told)
    return z1, z2


@st.fragment(run_every=timedelta(days=1))
def come_back() -> None:
    """Do nothing, once a day.

    When a browser comes back to a restarted server, Streamlit runs the page for the new session only if there
    is a fragment that runs by itself. Without that run the page's fragments are unknown, and what a component
    tells goes unheard.
    """
