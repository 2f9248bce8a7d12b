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
    this.#listen(on);
  }

  set value(value) {
    this.element.value = value;
    this.element.setAttribute("aria-valuetext", this.#written(value));
  }

  set range([min, max]) {
    Object.assign(this.element, { min, max });
  }

  #listen(on) {
    const { element } = this;
    let moved = false;
    const move = (value) => {
      moved = true;
      on.move(value);
    };
    const rest = () => {
      if (moved) on.rest();
      moved = false;
    };
    element.addEventListener("input", () => move(element.valueAsNumber));
    element.addEventListener("keydown", (event) => this.#press(event, move));
    // Safari leaves "change" out where a script has set the value meanwhile, as whoever hears of a move does
    for (const over of ["change", "pointerup", "touchend", "keyup", "blur"]) element.addEventListener(over, rest);
  }

  /** The browser's own steps would be a hundredth of the range, and no point of the path. */
  #press(event, move) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { element } = this;
    const [min, max] = [Number(element.min), Number(element.max)];
    const page = { PageUp: 1, PageDown: -1 }[event.key] * PAGE * (max - min);
    const change = page || ARROWS[event.key] * this.#step * (event.shiftKey ? SHIFT : 1);
    if (!change) return;
    event.preventDefault();
    const steps = Math.round((element.valueAsNumber + change - min) / this.#step);
    move(Math.min(Math.max(min + steps * this.#step, min), max));
  }
}
