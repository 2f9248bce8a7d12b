// How often the test digits have a value, and where this image's is.

import { axes, number, text } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { Drawing } from "./drawing.js";

export class Histogram {
  element;
  #drawing = new Drawing((width, height) => this.#parts(width, height));
  #said = make("p", { class: "said" });
  #score = null;
  #unit;

  /** `unit` is what stands below the axis. */
  constructor(name, title, unit) {
    this.#unit = unit;
    const caption = make("figcaption", {}, make("b", {}, title), this.#said);
    this.element = make("figure", { class: "plot histogram", "data-testid": "histogram", "data-score": name }, caption, this.#drawing.element);
  }

  /** {counts, range, own} of the score; `said` is a sentence on it. Without a score only the sentence is shown. */
  show(score, said) {
    this.#score = score;
    this.#said.textContent = said;
    this.#drawing.element.hidden = !score;
    this.#drawing.redraw();
  }

  dispose() {
    this.#drawing.dispose();
  }

  #parts(width, height) {
    if (!this.#score) return [];
    const { counts, range } = this.#score;
    const frame = axes(width, height, { x: { title: this.#unit, range }, y: { title: "test digits", range: [0, 1.1 * Math.max(...counts)] } });
    const { x, y, inner } = frame;
    const step = (range[1] - range[0]) / counts.length;
    const bars = counts.map((count, i) => {
      const [left, right] = [x(range[0] + i * step), x(range[0] + (i + 1) * step)];
      return makeSvg("rect", { class: "digits", x: left, width: right - left - 0.5, y: y(count), height: inner.bottom - y(count) });
    });
    return [...bars, frame.element, ...this.#marker(frame)];
  }

  /** A line at the image's own value; an arrow at the edge where that lies beyond it. */
  #marker({ x, inner }) {
    const { own, range } = this.#score;
    const beyond = Math.sign(Math.max(own - range[1], 0) + Math.min(own - range[0], 0));
    const at = beyond ? (beyond > 0 ? inner.right : inner.left) : x(own);
    const middle = (inner.top + inner.bottom) / 2;
    const d = beyond ? `M${at - 12 * beyond},${middle - 8}L${at},${middle}L${at - 12 * beyond},${middle + 8}Z` : `M${at},${inner.top}V${inner.bottom}`;
    const toLeft = at > (inner.left + inner.right) / 2;
    const name = text("own-name", at + (toLeft ? -6 - 10 * Math.abs(beyond) : 6 + 10 * Math.abs(beyond)), beyond ? middle + 4 : inner.top + 10, `this image ${number(own, 1)}`);
    name.classList.toggle("to-left", toLeft);
    return [makeSvg("path", { class: beyond ? "own beyond" : "own", d }), name];
  }
}
