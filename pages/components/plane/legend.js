// The ten digits in their colours, as switches: a click hides or shows a digit, a double click or a click with Shift shows
// only that one. The keyboard does the same with Enter and with Shift and Enter.

import { make } from "../parts/dom.js";

const DIGITS = [...Array(10).keys()];

/** A new legend of ten buttons; `changed(hidden)` gets the set of hidden digits. */
export function createLegend(changed) {
  let hidden = new Set();
  const buttons = DIGITS.map((digit) => {
    const button = make("button", { type: "button", "aria-label": `Digit ${digit}` }, digit);
    button.style.setProperty("--digit-colour", `var(--digit-${digit})`);
    button.title = `Hide or show the digit ${digit}; Shift or double click: this one only`;
    button.setAttribute("aria-pressed", "true");
    button.setAttribute("aria-keyshortcuts", "Enter Shift+Enter");
    button.addEventListener("click", ({ shiftKey }) => (shiftKey ? only(digit) : toggle(digit)));
    button.addEventListener("dblclick", ({ shiftKey }) => shiftKey || only(digit));
    return button;
  });
  const label = "Digits on the map; with Shift only the chosen one";
  return make("div", { class: "latent-map-legend", role: "group", "aria-label": label }, ...buttons);

  function toggle(digit) {
    hide(DIGITS.filter((other) => hidden.has(other) !== (other === digit)));
  }

  /** Show one digit alone; all of them again if it is alone already. */
  function only(digit) {
    const others = DIGITS.filter((other) => other !== digit);
    hide(!hidden.has(digit) && others.every((other) => hidden.has(other)) ? [] : others);
  }

  function hide(digits) {
    hidden = new Set(digits);
    buttons.forEach((button, digit) => button.setAttribute("aria-pressed", String(!hidden.has(digit))));
    changed(hidden);
  }
}
