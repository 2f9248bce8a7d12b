// The posterior in a plane, to scale: its ellipses of one and two sigma, its mean, a cloud of draws, and the point z.

import { makeSvg } from "../parts/dom.js";

const SIGMAS = [2, 1];

export class Marks {
  element;
  #ellipses = SIGMAS.map((sigma) => makeSvg("ellipse", { class: "posterior", "data-sigma": sigma }));
  #cloud = makeSvg("g", { class: "cloud" });
  #step = makeSvg("line", { class: "step" });
  #mean;
  #point;

  /** `mean` and `point` are SVG elements drawn around (0, 0), which mark the mean and z. */
  constructor({ mean, point }) {
    this.#mean = mean;
    this.#point = point;
    const parts = [...this.#ellipses, this.#cloud, this.#step, mean, point];
    this.element = makeSvg("g", { class: "marks" }, ...parts);
  }

  /**
   * Draw {mean, deviation, z, cloud: [[z1, z2], ...]} where `pixelOf(z1, z2)` says and `unit` pixels are one unit of z.
   */
  place({ mean, deviation, z, cloud }, pixelOf, unit) {
    const [[cx, cy], [x, y]] = [pixelOf(...mean), pixelOf(...z)];
    this.#ellipses.forEach((ellipse, i) => {
      const [rx, ry] = deviation.map((value) => SIGMAS[i] * value * unit);
      set(ellipse, { cx, cy, rx, ry });
    });
    set(this.#step, { x1: cx, y1: cy, x2: x, y2: y });
    set(this.#mean, { transform: `translate(${cx} ${cy})` });
    set(this.#point, { transform: `translate(${x} ${y})` });
    this.#placeCloud(cloud.map((draw) => pixelOf(...draw)));
  }

  #placeCloud(pixels) {
    while (this.#cloud.childElementCount > pixels.length) this.#cloud.lastChild.remove();
    while (this.#cloud.childElementCount < pixels.length) this.#cloud.append(makeSvg("circle", { r: 2 }));
    pixels.forEach(([cx, cy], i) => set(this.#cloud.children[i], { cx, cy }));
  }
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
