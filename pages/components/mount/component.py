"""How our Streamlit components come to life: a small script that loads a module and keeps one instance of it.

Streamlit runs a component's inline script as a module without an address of its own, calls its default
function again with every new argument without cleaning up after the last call, and runs the clean-up of the
last call when the component goes. The script therefore keeps one instance per element, hands it the newest
arguments, and imports the real module from the address among them. What cannot be loaded is tried again.

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
    into None if it is unusable. `on_change` is called before the script runs again. The component gets `data`
    and `seen`, how many changes are known here: while its own count is larger, what it gets is an echo.
    """
    come_back()
    heard = f"{key}_heard"

    def counted(state: object) -> tuple[Mapping[str, object], int] | None:
        told = state.get(value) if isinstance(state, Mapping) else None
        count = told.get("count") if isinstance(told, Mapping) else None
        return (told, int(count)) if is_number(count) else None

    def understood(state: object) -> tuple[Told, int] | None:
        told = counted(state)
        content = read(told[0]) if told else None
        return None if content is None else (content, told[1])

    def hear(state: object) -> None:
        if told := understood(state):
            st.session_state[heard] = told[1]
            on_change(told[0])

    known = counted(
        st.session_state.get(key)
    )  # usable or not: a change that was heard is no echo to wait for
    result = component.show(
        key=key,
        data={**data, "seen": known[1] if known else 0},
        **{f"on_{value}_change": lambda: hear(st.session_state[key])},
    )
    told = understood(result)
    if told and told[1] > st.session_state.get(heard, 0):
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
