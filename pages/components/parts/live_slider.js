// A slider that reports while it is dragged: a real <input type="range"> that says when it is let go, too.

import { make } from "./dom.js";

const PAGE = 0.1; // of the range, for Page up and Page down
const ARROWS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const SHIFT = 10;

export class LiveSlider {
  element;
  #step;
  #written;

  /**
   * `step` is one press of an arrow key, with Shift ten of them; `written(value)` is what a screen reader says.
   * `on.move(value)` hears of every change, `on.rest()` when the slider is let go.
   */
  constructor({ testid, label, min, max, step, written }, on) {
    this.#step = step;
    this.#written = written;
    const attributes = { class: "live-slider", type: "range", min, max, step: "any", "data-testid": testid, "aria-label": label };
    this.element = make("input", attributes);
    this.element.addEventListener("input", () => on.move(this.element.valueAsNumber));
    this.element.addEventListener("change", () => on.rest());
    this.#listenToKeys(on);
  }

  set value(value) {
    this.element.value = value;
    this.element.setAttribute("aria-valuetext", this.#written(value));
  }

  set range([min, max]) {
    Object.assign(this.element, { min, max });
  }

  /** The browser's own steps would be a hundredth of the range, and no point of the path. */
  #listenToKeys(on) {
    const { element } = this;
    let moved = false;
    element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const [min, max] = [Number(element.min), Number(element.max)];
      const page = { PageUp: 1, PageDown: -1 }[event.key] * PAGE * (max - min);
      const change = page || ARROWS[event.key] * this.#step * (event.shiftKey ? SHIFT : 1);
      if (!change) return;
      event.preventDefault();
      moved = true;
      const steps = Math.round((element.valueAsNumber + change - min) / this.#step);
      on.move(Math.min(Math.max(min + steps * this.#step, min), max));
    });
    const rest = () => {
      if (moved) on.rest();
      moved = false;
    };
    element.addEventListener("keyup", rest);
    element.addEventListener("blur", rest);
  }
}
