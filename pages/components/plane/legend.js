// The classes in their colours, as switches: a click hides or shows a class, a double click or a click with Shift shows
// only that one. The keyboard does the same with Enter and with Shift and Enter.

import { areDigits, DIGITS } from "../parts/classes.js";
import { make } from "../parts/dom.js";
import { same } from "../wire/teller.js";

/** A new legend of a button for each of the names of `classes`; `changed(hidden)` gets the set of hidden labels. */
export function createLegend(changed, classes = DIGITS) {
  let hidden = new Set();
  const labels = [...classes.keys()];
  const digits = areDigits(classes);
  const buttons = classes.map((name, index) => {
    const button = make("button", { type: "button", "aria-label": digits ? `Digit ${name}` : name }, make("span", {}, name));
    button.style.setProperty("--digit-colour", `var(--digit-${index})`);
    button.title = `Hide or show ${digits ? `the digit ${name}` : name}; Shift or double click: this one only`;
    button.setAttribute("aria-pressed", "true");
    button.setAttribute("aria-keyshortcuts", "Enter Shift+Enter");
    button.addEventListener("click", ({ shiftKey }) => (shiftKey ? only(index) : toggle(index)));
    button.addEventListener("dblclick", ({ shiftKey }) => shiftKey || only(index));
    return button;
  });
  const label = `${digits ? "Digits" : "Classes"} on the map; with Shift only the chosen one`;
  const legend = make("div", { class: "latent-map-legend", role: "group", "aria-label": label }, ...buttons);
  legend.toggleAttribute("data-named", !digits && classes.length > 0);
  return legend;

  function toggle(index) {
    hide(labels.filter((other) => hidden.has(other) !== (other === index)));
  }

  /** Show one class alone; all of them again if it is alone already. */
  function only(index) {
    const others = labels.filter((other) => other !== index);
    hide(!hidden.has(index) && others.every((other) => hidden.has(other)) ? [] : others);
  }

  function hide(chosen) {
    hidden = new Set(chosen);
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(!hidden.has(index))));
    changed(hidden);
  }
}

/** The legend of a map that changes with the model: it stands first in `root`, and begins with all classes shown. */
export class Legend {
  #root;
  #changed;
  #element = null;
  #classes = null;

  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
  }

  /** Show these classes; what was hidden stays so as long as they are the same. */
  show(classes) {
    if (same(classes, this.#classes)) return;
    if (this.#classes) this.#changed(new Set());
    this.#classes = classes;
    const legend = createLegend(this.#changed, classes);
    if (this.#element) this.#element.replaceWith(legend);
    else this.#root.prepend(legend);
    this.#element = legend;
  }
}
