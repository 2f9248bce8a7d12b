// A drawing in SVG that is made anew for the pixels it has.

import { make, makeSvg } from "../parts/dom.js";

export class Drawing {
  element;
  svg = makeSvg("svg", { "aria-hidden": "true" });
  #draw;
  #resizing = new ResizeObserver(() => this.redraw());

  /** `draw(width, height)` gives the SVG elements; `under` lies below them. */
  constructor(draw, ...under) {
    this.#draw = draw;
    this.element = make("div", { class: "area" }, ...under, this.svg);
    this.#resizing.observe(this.element);
  }

  redraw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...this.#draw(width, height));
  }

  dispose() {
    this.#resizing.disconnect();
  }
}
