"""How our Streamlit components come to life: a small script that loads a module and keeps one instance of it.

Streamlit runs a component's inline script as a module without an address of its own, calls its default
function again with every new argument without cleaning up after the last call, and runs the clean-up of the
last call when the component goes. The script therefore keeps one instance per element, hands it the newest
arguments, and imports the real module from the address among them. What cannot be loaded is tried again.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import streamlit as st

_SCRIPT = """
const LOST = "This part of the page cannot be loaded; is the server running? Trying again.";
const slots = new WeakMap(); // parentElement -> Slot

class Slot {
  constructor(component) {
    this.base = component.data.asset_base;
    this.component = component;
    this.instance = null;
    this.gone = false;
    this.root = component.parentElement.querySelector(".ROOT");
    this.load(0);
  }

  async load(failures) {
    const url = new URL(this.base + "MODULE.js", document.baseURI);
    if (failures) url.search = failures; // a browser remembers that a module could not be loaded
    try {
      const { mount } = await import(url);
      if (this.gone) return;
      const instance = await mount(this.root, this.component);
      if (this.gone) return instance.dispose();
      this.notice?.remove();
      this.instance = instance;
      instance.update(this.component);
    } catch (error) {
      console.error(error);
      if (this.gone) return;
      this.tellLoss();
      setTimeout(() => this.gone || this.load(failures + 1), Math.min(500 * 2 ** failures, 5000));
    }
  }

  tellLoss() {
    this.notice ??= document.createElement("p");
    this.notice.setAttribute("role", "status");
    this.notice.textContent = LOST;
    this.root.before(this.notice);
  }

  update(component) {
    this.component = component;
    this.instance?.update(component);
  }

  dispose() {
    this.gone = true;
    this.notice?.remove();
    this.instance?.dispose();
  }
}

export default function (component) {
  const { parentElement, data } = component;
  let slot = slots.get(parentElement);
  if (slot?.base === data.asset_base) slot.update(component);
  else {
    slot?.dispose();
    slot = new Slot(component);
    slots.set(parentElement, slot);
  }
  return () => {
    if (slots.get(parentElement) !== slot || slot.component !== component) return; // a later call took over
    slots.delete(parentElement);
    slot.dispose();
  };
}
"""


def script(module: str) -> str:
    """Inline JavaScript of the component `module`: loads `module`.js of this folder into element `.module`.

    The module exports `async mount(root, component)`, which resolves to `{update(component), dispose()}`;
    `component` is what Streamlit passes, with `data.asset_base`.
    """
    return _SCRIPT.replace("ROOT", module.replace("_", "-")).replace("MODULE", module)


def style(module: str) -> str:
    """The component's style sheet, `module`.css beside this file."""
    return (Path(__file__).parent / f"{module}.css").read_text(encoding="utf-8")


@st.fragment(run_every=timedelta(days=1))
def come_back() -> None:
    """Do nothing, once a day.

    When a browser comes back to a restarted server, Streamlit runs the page for the new session only if there
    is a fragment that runs by itself. Without that run the page's fragments are unknown, and what a component
    tells goes unheard.
    """
