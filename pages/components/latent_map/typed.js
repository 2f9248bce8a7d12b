// The pinned point's coordinates as two fields: what is typed there pins another point on the map.

import { askPin } from "../wire/bus.js";
import { LIMIT, rounded } from "../wire/limits.js";

const MINUS = "−";

/** What somebody typed, rounded as it is kept; null if it is no number that the server takes. A comma is a decimal sign. */
export function typedNumber(text) {
  const plain = text.trim().replace(MINUS, "-").replace(",", ".");
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? rounded(Number(plain)) : NaN;
  return Math.abs(value) <= LIMIT ? value : null;
}

export class Typed {
  #fields;
  #said;
  #group;
  #z = null; // the pinned point
  #shown = ["", ""]; // in the fields, before anybody typed

  /** Takes over the two fields in `root`, and the line that says what could not be used. */
  constructor(root, group) {
    this.#fields = [...root.querySelectorAll("input")];
    this.#said = root.querySelector("[role=status]");
    this.#group = group;
    this.#fields.forEach((field, axis) => field.addEventListener("change", () => this.#read(axis)));
  }

  /** There is a pinned point, or another one; what is being typed meanwhile stays. */
  show(z) {
    this.#z = z;
    this.#fields.forEach((field, axis) => {
      field.disabled = false;
      const isBegun = field === document.activeElement && field.value !== this.#shown[axis];
      if (!isBegun) this.#write(axis, z[axis]);
    });
  }

  #write(axis, value) {
    this.#fields[axis].value = this.#shown[axis] = String(value);
  }

  #read(axis) {
    const field = this.#fields[axis];
    const text = field.value.trim();
    const value = typedNumber(text);
    const old = this.#z[axis];
    this.#said.textContent = value === null && text ? refusal(field.name, text, old) : "";
    this.#write(axis, value ?? old);
    if (value === null || value === old) return;
    askPin({ group: this.#group, z: this.#z.map((other, i) => (i === axis ? value : other)) });
  }
}

function refusal(label, text, kept) {
  const stays = String(kept).replace("-", MINUS);
  return `“${text}” is not a number from ${MINUS}${LIMIT} to ${LIMIT}: ${label} stays ${stays}.`;
}
