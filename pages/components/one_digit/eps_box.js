// The noise: two sliders, how many draws to make, and the point z that comes of it.

import { number } from "../parts/chart.js";
import { said } from "../parts/coordinates.js";
import { button, make } from "../parts/dom.js";
import { LiveSlider } from "../parts/live_slider.js";
import { Formula } from "./formula.js";
import { createGradients } from "./gradients.js";

const STEP = 0.05;
const DRAWS = [1, 16, 100];

export class EpsBox {
  element;
  #eps = [0, 0];
  #formula = new Formula();
  #values = [1, 2].map((axis) => make("output", { "data-testid": `eps${axis}` }));
  #sliders;
  #controls;

  /**
   * The sliders run from -`farthest` to `farthest`. `on.move(eps)` hears of every change, `on.rest()` when a slider is
   * let go, `on.draw(count)` how many draws are wished for, `on.off()` that noise is not.
   */
  constructor(farthest, on) {
    this.#sliders = [0, 1].map((axis) => {
      const spoken = (value) => `epsilon ${axis + 1}, ${said(value)}`;
      const names = { testid: `eps${axis + 1}-slider`, label: `epsilon ${axis + 1}`, written: spoken };
      const move = (value) => on.move(this.#eps.map((other, i) => (i === axis ? value : other)));
      return new LiveSlider({ ...names, min: -farthest, max: farthest, step: STEP }, { move, rest: on.rest });
    });
    const rows = this.#sliders.map(({ element }, axis) =>
      make("div", { class: "eps-row" }, make("i", {}, "ε", make("sub", {}, axis + 1)), element, this.#values[axis]),
    );
    const draws = DRAWS.map((count) => button(String(count), () => on.draw(count), { "aria-label": `Draw ${count}` }));
    const named = { class: "eps-draws", role: "group", "aria-label": "Draw epsilon" };
    const group = make("div", named, make("span", {}, "Draw ε"), ...draws);
    const off = button("Noise off", on.off);
    this.#controls = make("fieldset", { class: "eps-controls" }, ...rows, group, off);
    this.element = make("div", { class: "eps-box" }, this.#controls, this.#formula.element, createGradients());
  }

  /** Without a width there is no noise to set. */
  set variational(is) {
    this.#controls.disabled = !is;
    this.#formula.variational = is;
  }

  show({ mean, deviation, eps, z }) {
    this.#eps = eps;
    eps.forEach((value, axis) => {
      this.#sliders[axis].value = value;
      this.#values[axis].textContent = number(value, 2);
    });
    this.#formula.show({ mean, deviation, eps, z });
  }
}
