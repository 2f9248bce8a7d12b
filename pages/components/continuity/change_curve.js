// How fast each model's picture changes along the way, on one scale: per standard deviation of its own codes.

import { line, Plot, runs, top } from "./plot.js";

const NOTE = "How far the picture moves for a small step, per standard deviation (σ) of the model's own codes. Dotted: no code lives near.";

export class ChangeCurve {
  element;
  #plot = new Plot("change", "Picture change per σ; dotted: no code lives near", NOTE);
  #known = [];

  constructor() {
    this.element = this.#plot.element;
    this.element.dataset.testid = "curves";
    this.busy = true;
  }

  /** Whether what is drawn belongs to another path. */
  set busy(busy) {
    this.element.setAttribute("aria-busy", String(busy));
  }

  /** Draw {change, empty, title} of every lane. */
  draw(known) {
    this.busy = false;
    if (known.length === this.#known.length && known.every((each, i) => each === this.#known[i])) return;
    this.#known = known;
    const highest = top(known.flatMap(({ change }) => change));
    this.#plot.scale = [`${highest.toFixed(0)} per σ`, "0"];
    this.#plot.draw(...known.flatMap((each, lane) => lines(each, lane, highest)));
  }

  /** Write the values at part t of the path. */
  point(t) {
    this.element.dataset.t = t;
    if (this.element.getAttribute("aria-busy") === "true") return;
    const at = (values) => values[Math.round(t * (values.length - 1))];
    this.#plot.value = this.#known.map(({ title, change }) => `${title} ${at(change).toFixed(0)}`).join(", ");
  }
}

/** The curve of a lane, in one piece where codes live and one where none does. */
function lines({ change, empty }, lane, highest) {
  return runs(empty.slice(1).map((here, i) => here || empty[i])).map(({ value, from, to }) => {
    const kind = { class: `line lane-${lane}${value ? " nowhere" : ""}` };
    const [first, last] = [from, to].map((part) => Math.round(part * (change.length - 1)));
    const whole = line(change, highest, 0.5, kind);
    const points = whole.getAttribute("points").split(" ").slice(first, last + 1);
    whole.setAttribute("points", points.join(" "));
    return whole;
  });
}
