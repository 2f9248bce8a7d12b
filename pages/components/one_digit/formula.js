// z = mu + sigma * eps, with the numbers in it.

import { number } from "../parts/chart.js";
import { make } from "../parts/dom.js";

const AXES = [1, 2];

export class Formula {
  element;
  #symbols = AXES.map(() => make("span"));
  #numbers = AXES.map(() => make("span"));

  constructor() {
    const line = (axis, i) => make("p", { "data-testid": `formula${axis}` }, this.#symbols[i], " ", this.#numbers[i]);
    this.element = make("div", { class: "formula" }, ...AXES.map(line));
  }

  /** Without a width there is nothing to add. */
  set variational(is) {
    AXES.forEach((axis, i) => {
      const symbols = ["z", " = μ", ...(is ? [" + σ", " · ε"] : [])].flatMap((symbol) => [symbol, make("sub", {}, axis)]);
      this.#symbols[i].replaceChildren(...symbols);
    });
  }

  show({ mean, deviation, eps, z }) {
    this.#numbers.forEach((line, i) => {
      const product = ` + ${number(deviation[i], 3)} × ${bracketed(number(eps[i], 2))} = ${number(z[i], 3)}`;
      line.textContent = `= ${number(mean[i], 3)}${deviation[i] ? product : ""}`;
    });
  }
}

function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}
