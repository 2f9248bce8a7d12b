// Reconstruction, KL divergence and ELBO over the epochs, of training and held-out images, with a mark at the epoch shown.

import { axes, span } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { epochName, loss } from "./said.js";

const PARTS = [
  { name: "reconstruction", title: "Reconstruction" },
  { name: "kl", title: "KL divergence" },
  { name: "elbo", title: "ELBO" },
];
const SETS = [
  { name: "train", title: "training" },
  { name: "held_out", title: "held out" },
];
const FALL = 1; // epochs: before them a loss falls so far that nothing else would be seen
const FALLING = new Set(["reconstruction", "elbo"]);

export class Curves {
  element;
  #charts;

  /** `choose(epoch)` hears where a chart was clicked. */
  constructor(choose) {
    this.#charts = PARTS.map((part) => new Chart(part, choose));
    this.element = make("div", { class: "training-curves" }, ...this.#charts.map(({ element }) => element));
  }

  /** Draw the reports of a status; `epoch` is the one shown. */
  draw({ reports, epochs, job }, epoch) {
    for (const chart of this.#charts) chart.draw(reports, epochs, epoch, job.model.likelihood);
  }

  dispose() {
    for (const chart of this.#charts) chart.dispose();
  }
}

/** [low, high] of a loss over runs' reports, without the fall of the first moments once there is more. */
export function rangeOf(runs, name) {
  const used = runs.flatMap((reports) => {
    const late = reports.filter(({ epoch }) => epoch >= FALL);
    return FALLING.has(name) && late.length > 1 ? late : reports;
  });
  return span(used.flatMap((report) => SETS.map((set) => report[set.name][name] ?? NaN)));
}

/** The way of a loss through a chart's area; what is not known is left out. */
export function wayOf(reports, set, name, { x, y }) {
  const known = reports.filter((report) => report[set][name] != null);
  return known.map((report, i) => `${i ? "L" : "M"}${x(report.epoch).toFixed(1)},${y(report[set][name]).toFixed(1)}`).join("");
}

/** Whether a loss of a run with this likelihood is a squared error, which has no nats. */
export function isSquared(likelihood, name) {
  return likelihood === "mse" && name !== "kl";
}

/** Ways through a chart that end with its area; `id` names the clip path in the whole document. */
export function clipped(id, { inner: { left, right, top, bottom } }, ...ways) {
  const box = makeSvg("rect", { x: left, y: top, width: right - left, height: bottom - top });
  for (const way of ways) way.setAttribute("clip-path", `url(#${id})`);
  return [makeSvg("clipPath", { id }, box), ...ways];
}

let drawn = 0; // clip paths have a name in the whole document

class Chart {
  element;
  #part;
  #svg = makeSvg("svg", { "aria-hidden": "true" });
  #values = make("span", { class: "values" });
  #resizing;
  #redraw = () => {};
  #clip = `training-clip-${(drawn += 1)}`;
  #toEpoch = null;

  constructor(part, choose) {
    this.#part = part;
    const caption = make("figcaption", {}, make("b", {}, part.title), this.#values);
    const area = make("div", { class: "area" }, this.#svg);
    this.element = make("figure", { class: "training-curve", "data-testid": `curve-${part.name}` }, caption, area);
    this.#resizing = new ResizeObserver(() => this.#redraw());
    this.#resizing.observe(area);
    const pick = (event) => {
      const left = this.#svg.getBoundingClientRect().left;
      if (this.#toEpoch) choose(this.#toEpoch(event.clientX - left));
    };
    this.#svg.addEventListener("pointerdown", pick);
    this.#svg.addEventListener("pointermove", (event) => event.buttons && pick(event));
  }

  dispose() {
    this.#resizing.disconnect();
  }

  draw(reports, epochs, epoch, likelihood) {
    const unit = isSquared(likelihood, this.#part.name) ? "squared error" : "nats per image";
    this.#redraw = () => this.#paint(reports, epochs, epoch, unit);
    this.#redraw();
    const shown = reports.findLast((one) => one.epoch <= epoch + 1e-4);
    const values = SETS.map(({ name, title }) => {
      const value = shown?.[name][this.#part.name];
      return make("span", { class: `key key-${name}` }, `${title} `, make("b", {}, loss(value)));
    });
    this.#values.replaceChildren(...values);
    this.element.setAttribute("aria-label", `${this.#part.title}, ${epochName(epoch)}`);
  }

  #paint(reports, epochs, epoch, unit) {
    const { clientWidth: width, clientHeight: height } = this.#svg.parentElement;
    const range = rangeOf([reports], this.#part.name);
    if (!width) return;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (!range) return this.#svg.replaceChildren(nothing(width, height, reports.length ? "none without noise" : ""));
    const last = Math.max(epochs, 1);
    const chart = axes(width, height, { x: { title: "epoch", range: [0, last] }, y: { title: unit, range } });
    const { left, right, top, bottom } = chart.inner;
    const lines = SETS.map(({ name }) =>
      makeSvg("path", { class: `line line-${name}`, d: wayOf(reports, name, this.#part.name, chart) }),
    );
    const mark = makeSvg("path", { class: "mark", d: `M${chart.x(epoch)},${top}V${bottom}`, "data-epoch": epoch });
    this.#svg.replaceChildren(chart.element, ...clipped(this.#clip, chart, ...lines), mark);
    this.#toEpoch = (pixel) => ((pixel - left) / (right - left)) * last;
  }
}

function nothing(width, height, sentence) {
  return makeSvg("text", { class: "absent", x: width / 2, y: height / 2 }, sentence);
}
