// A lens over the map: the surroundings of the mean, so much larger that the ellipse can be seen, true to scale.

import { make, makeSvg } from "../parts/dom.js";
import { Marks } from "./marks.js";

const ROOM = 3.2; // sigmas that fit from the middle to the edge: z is at most three away
const FACTORS = [1, 2, 3, 4, 6, 8]; // times a power of ten

export class Lens {
  element;
  width = 0; // of its picture in pixels; 0 while it is not displayed
  #svg = makeSvg("svg", { role: "img" });
  #factor = make("figcaption", { "data-testid": "lens-factor" });
  #marks = new Marks({
    mean: makeSvg("g", { class: "lens-mean" }, makeSvg("path", { d: "M-6 0H6M0-6V6" }), label("μ", -9, 14)),
    point: makeSvg("g", { class: "lens-point" }, makeSvg("circle", { r: 5 }), label("z", 10, -8)),
  });

  #resizing;

  /** `resized()` hears that the lens has another size, or is displayed again. */
  constructor(resized) {
    this.#svg.append(this.#marks.element);
    this.element = make("figure", { class: "lens", "data-testid": "lens" }, this.#svg, this.#factor);
    this.#resizing = new ResizeObserver(() => {
      this.width = this.#svg.clientWidth;
      resized();
    });
    this.#resizing.observe(this.#svg);
  }

  dispose() {
    this.#resizing.disconnect();
  }

  /** Draw a posterior (see marks.js) for a map on which `unit` pixels are one unit of z. */
  show(shown, unit) {
    const { mean, deviation } = shown;
    const half = this.width / 2;
    const widest = Math.max(...deviation);
    if (!half || !widest) return; // or there is nothing to enlarge
    const factor = enlargement(half / (ROOM * widest * unit));
    const enlarged = factor * unit;
    const pixelOf = (z1, z2) => [half + (z1 - mean[0]) * enlarged, half - (z2 - mean[1]) * enlarged];
    this.#marks.place(shown, pixelOf, enlarged);
    if (Number(this.element.dataset.factor) === factor) return;
    this.element.dataset.factor = factor;
    this.#factor.textContent = factor === 1 ? "as large as on the map" : `${factor.toLocaleString("en")} times as large`;
    this.#svg.setAttribute("aria-label", `The ellipses of one and two sigma around the mean, ${this.#factor.textContent}`);
  }
}

/** The largest round number that is not above `most`, and at least 1: the picture changes its scale seldom. */
function enlargement(most) {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(most)));
  return (FACTORS.findLast((factor) => factor * power <= most) ?? 1) * power;
}

function label(text, x, y) {
  return makeSvg("text", { x, y }, text);
}
