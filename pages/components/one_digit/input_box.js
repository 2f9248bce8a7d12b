// The image as the encoder sees it.

import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

export class InputBox {
  element;
  #canvas = make("canvas", { "data-testid": "input", role: "img", "aria-label": "The image, as the encoder sees it" });
  #grey = new GreyCanvas(this.#canvas);
  #shown = null;
  #on;

  constructor(on) {
    this.#on = on;
    this.element = make("div", { class: "input-box" }, this.#canvas);
  }

  show(shown) {
    this.#shown = shown;
    this.#grey.draw(this.seen);
  }

  get clean() {
    return this.#shown.clean;
  }

  get noise() {
    return this.#shown.noise;
  }

  get rubbed() {
    return this.#shown.rubbed;
  }

  get seen() {
    const { clean, noise, rubbed, table } = this.#shown;
    const replaced = Math.round(noise * clean.length);
    const gone = (i) => rubbed && (rubbed[i >> 3] >> (7 - (i & 7))) & 1;
    return clean.map((grey, i) => (gone(i) ? 0 : table.rank[i] < replaced ? table.grey[i] : grey));
  }

  dispose() {}
}
