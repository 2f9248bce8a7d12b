// z = mu + sigma * eps, with the numbers in it.

import { make } from "../parts/dom.js";

const AXES = [1, 2];

export class Formula {
  element;
  #numbers = AXES.map(() => make("span"));

  constructor() {
    const lines = AXES.map((axis, i) => {
      const symbols = ["z", " = μ", " + σ", " · ε"].flatMap((symbol) => [symbol, make("sub", {}, axis)]);
      return make("p", { "data-testid": `formula${axis}` }, make("span", {}, ...symbols), " ", this.#numbers[i]);
    });
    this.element = make("div", { class: "formula" }, ...lines);
  }

  show({ mean, deviation, eps, z }) {
    this.#numbers.forEach((line, i) => {
      const factors = `${written(mean[i], 3)} + ${written(deviation[i], 3)} × ${bracketed(written(eps[i], 2))}`;
      line.textContent = `= ${factors} = ${written(z[i], 3)}`;
    });
  }
}

export function written(value, decimals) {
  return (Number(value.toFixed(decimals)) + 0).toFixed(decimals).replace("-", "−"); // no minus zero
}

function bracketed(number) {
  return number.startsWith("−") ? `(${number})` : number;
}
