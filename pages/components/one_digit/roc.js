// ROC curves of two scores, drawn to scale, for one kind of strangers.

import { axes, number } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { Drawing } from "./drawing.js";

const SHARES = [0, 0.5, 1].map((at) => ({ at, label: `${100 * at} %` }));
const ROOM = 0.02; // so that a curve along an edge is seen
const AROUND = { width: 58, height: 46 }; // pixels around the square for its numbers

export class RocPlot {
  element;
  #drawing = new Drawing((width, height) => this.#parts(width, height));
  #areas = make("span", { class: "areas" });
  #curves = {};

  constructor(name, title) {
    const caption = make("figcaption", {}, make("b", {}, title), this.#areas);
    this.element = make("figure", { class: "plot roc", "data-testid": "roc", "data-strangers": name }, caption, this.#drawing.element);
  }

  /** {score: {x, y, area}}, the shares of strangers and of digits that are let in. */
  show(curves) {
    this.#curves = curves;
    const areas = Object.entries(curves).map(([score, { area }]) =>
      make("span", { class: `key ${score}`, "data-score": score }, number(area, 3)),
    );
    this.#areas.replaceChildren("AUC ", ...areas);
    this.#drawing.redraw();
  }

  dispose() {
    this.#drawing.dispose();
  }

  #parts(width, height) {
    const range = [-ROOM, 1 + ROOM];
    const side = Math.min(width - AROUND.width, height - AROUND.height);
    const frame = axes(side + AROUND.width, side + AROUND.height, { x: { title: "", range, ticks: SHARES }, y: { title: "", range, ticks: SHARES } });
    const { x, y } = frame;
    const lines = Object.entries(this.#curves).map(([score, curve]) =>
      makeSvg("polyline", { class: score, points: curve.x.map((share, i) => `${x(share).toFixed(2)},${y(curve.y[i]).toFixed(2)}`).join(" ") }),
    );
    return [frame.element, makeSvg("path", { class: "guessing", d: `M${x(0)},${y(0)}L${x(1)},${y(1)}` }), ...lines];
  }
}
