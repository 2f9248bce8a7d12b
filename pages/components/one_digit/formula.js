// z = mu + sigma * eps, with the numbers in it.

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
      const product = ` + ${written(deviation[i], 3)} × ${bracketed(written(eps[i], 2))} = ${written(z[i], 3)}`;
      line.textContent = `= ${written(mean[i], 3)}${deviation[i] ? product : ""}`;
    });
  }
}

export function written(value, decimals) {
  return (Number(value.toFixed(decimals)) + 0).toFixed(decimals).replace("-", "−"); // no minus zero
}

function bracketed(number) {
  return number.startsWith("−") ? `(${number})` : number;
}
