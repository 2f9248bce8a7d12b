// Axis mode: a slider for z1 and one for z2, each with the digits along its axis through the current point.

import { said, written } from "../parts/coordinates.js";
import { make } from "../parts/dom.js";
import { Filmstrip, FRAMES } from "./filmstrip.js";
import { LiveSlider } from "../parts/live_slider.js";

const STEP = 0.05;
const NAMES = ["z₁", "z₂"];

export class AxisSliders {
  elements;
  #sliders;
  #strips;
  #values = NAMES.map(() => make("output"));
  #range = [-3, 3];

  /** `on.move(axis, value)` at every change, `on.rest()` when a slider is let go. */
  constructor(on) {
    const spoken = (axis) => (value) => `z${axis + 1} ${said(value)}`;
    this.#sliders = NAMES.map((_, axis) => {
      const options = { testid: `z${axis + 1}-slider`, label: `z${axis + 1}`, step: STEP, written: spoken(axis) };
      const move = (value) => on.move(axis, value);
      return new LiveSlider({ ...options, min: -3, max: 3 }, { move, rest: on.rest });
    });
    this.#strips = NAMES.map((name, axis) => {
      const title = (part) => `Go to frame ${Math.round(part * (FRAMES - 1)) + 1} along z${axis + 1}`;
      return new Filmstrip({ testid: `z${axis + 1}-strip`, title }, (part) => {
        on.move(axis, this.#at(part));
        on.rest();
      });
    });
    this.elements = NAMES.map((name, axis) =>
      make(
        "div",
        { class: "continuity-axis" },
        make("p", {}, make("i", {}, name), " ", this.#values[axis]),
        this.#sliders[axis].element,
        this.#strips[axis].element,
      ),
    );
  }

  /** Both sliders run from low to high. */
  set range(range) {
    this.#range = range;
    for (const slider of this.#sliders) slider.range = range;
  }

  /** The lines through z that the strips show, [z1, z2, ...] each: along z1, along z2. */
  lines(z) {
    return [0, 1].map((axis) => {
      const points = new Float32Array(2 * FRAMES);
      for (let k = 0; k < FRAMES; k++) {
        points.set(z, 2 * k);
        points[2 * k + axis] = this.#at(k / (FRAMES - 1));
      }
      return points;
    });
  }

  /** Stand at z. */
  place(z) {
    const [low, high] = this.#range;
    z.forEach((value, axis) => {
      this.#sliders[axis].value = value;
      this.#values[axis].textContent = written(value);
      this.#strips[axis].mark((value - low) / (high - low));
    });
  }

  /** Show the pictures of `lines(z)`, 11 each. */
  draw(lines, pictures) {
    this.#strips.forEach((strip, axis) => strip.draw(lines[axis], pictures[axis]));
  }

  #at(part) {
    const [low, high] = this.#range;
    return low + part * (high - low);
  }
}
