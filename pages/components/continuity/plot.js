// A plot over t as wide as the film: lines and areas in parts of its width, and a scale with numbers at its ends.

import { make, makeSvg } from "../parts/dom.js";

export const HEIGHT = 100; // of a plot's own coordinates; the style sheet says how high it is on the page
const HEADROOM = 1.12;

export class Plot {
  element;
  #svg;
  #names = make("div", { class: "names" });
  #scale = ["top", "bottom"].map((end) => make("span", { class: `scale ${end}` }));
  #value = make("output");
  #written = "";

  /** `ends` are what stands under t = 0 and t = 1. */
  constructor(name, title, note, ends = ["A", "B"]) {
    this.#svg = makeSvg("svg", { viewBox: `0 0 1 ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const caption = make("figcaption", { title: note }, make("span", {}, title), this.#value);
    const area = make("div", { class: "area" }, this.#svg, this.#names, ...this.#scale, cursor());
    const along = make("div", { class: "along-t", "aria-hidden": "true" }, ...[`${ends[0]}, t = 0`, `t = 1, ${ends[1]}`].map((end) => make("span", {}, end)));
    this.element = make("figure", { class: `curve curve-${name}` }, caption, area, along);
  }

  set value(text) {
    if (text === this.#written) return;
    this.#written = text;
    this.#value.textContent = text;
  }

  /** Numbers at the top and at the bottom of the area, with their unit. */
  set scale(numbers) {
    this.#scale.forEach((label, i) => (label.textContent = numbers[i]));
  }

  draw(...marks) {
    this.#svg.replaceChildren(...marks);
  }

  /** Write names at [part of the width, name]. */
  write(names) {
    this.#names.replaceChildren(
      ...names.map(([part, name]) => {
        const label = make("b", {}, name);
        label.style.left = `${100 * part}%`;
        return label;
      }),
    );
  }
}

/** The line at the t of the walk, in whatever is as wide as the path. */
export function cursor() {
  return make("div", { class: "continuity-cursor", "aria-hidden": "true" });
}

/** A line through values evenly spaced over the width; `inset` is the place of the first one, in steps. */
export function line(values, highest, inset = 0, attributes = { class: "line" }) {
  const steps = values.length - 1 + 2 * inset;
  const points = values.map((value, i) => `${(i + inset) / steps},${HEIGHT * (1 - value / highest)}`);
  return makeSvg("polyline", { ...attributes, points: points.join(" ") });
}

/** Stretches of equal values: [{value, from, to}], in parts of the whole width. */
export function runs(values) {
  const found = [];
  values.forEach((value, i) => {
    const to = (i + 0.5) / (values.length - 1);
    if (found.at(-1)?.value === value) found.at(-1).to = Math.min(to, 1);
    else found.push({ value, from: found.at(-1)?.to ?? 0, to: Math.min(to, 1) });
  });
  return found;
}

/** The top of a scale that holds all values. */
export function top(values) {
  return HEADROOM * Math.max(...values) || 1;
}
