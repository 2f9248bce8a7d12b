// The ten digits in their colours, as switches: a click hides or shows a digit, a double click shows only that one.

import { make } from "../parts/dom.js";

/** A new legend of ten buttons; `changed(hidden)` gets the set of hidden digits. */
export function createLegend(colours, changed) {
  let hidden = new Set();
  const digits = colours.map((_, digit) => digit);
  const buttons = digits.map((digit) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = digit;
    button.style.setProperty("--digit-colour", colours[digit]);
    button.title = `Hide or show the digit ${digit}; double click: this one only`;
    button.setAttribute("aria-label", `Digit ${digit}`);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => hide(digits.filter((other) => hidden.has(other) !== (other === digit))));
    button.addEventListener("dblclick", () => {
      const others = digits.filter((other) => other !== digit);
      hide(others.every((other) => hidden.has(other)) ? [] : others);
    });
    return button;
  });
  return make("div", { class: "latent-map-legend", role: "group", "aria-label": "Digits on the map" }, ...buttons);

  function hide(digitsToHide) {
    hidden = new Set(digitsToHide);
    buttons.forEach((button, digit) => button.setAttribute("aria-pressed", String(!hidden.has(digit))));
    changed(hidden);
  }
}
