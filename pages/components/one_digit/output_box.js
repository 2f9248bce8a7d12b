// The decoded picture.

import { DigitCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

export class OutputBox {
  element;
  #canvas = make("canvas", { role: "img", "aria-label": "The decoded picture" });
  #digit = new DigitCanvas(this.#canvas);

  constructor() {
    this.element = make("div", { class: "output-box" }, this.#canvas);
  }

  draw(picture) {
    this.#digit.draw(picture);
  }
}
