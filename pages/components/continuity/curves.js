// What is known along the path, drawn over t: picture change, density of real digits, classes; and one cursor.

import { make, makeSvg } from "../parts/dom.js";

const HEIGHT = 100; // of a plot's own coordinates; the style sheet says how high it is on the page
const HEADROOM = 1.12;
const NAMED = 0.06; // of the path's length: a class that holds for less is not written into its area

const TITLES = {
  change: ["Picture change", "How far the picture moves per unit of the plane: the continuity curve"],
  density: ["Real digits", "Density of test digits around the point; dashed: at a typical test digit; hatched: none lives near"],
  classes: ["Class", "What an independent classifier says of each decoded digit, as shares of probability; blank: no digit"],
};

export class Curves {
  element;
  #plots;
  #cursor = make("div", { class: "continuity-cursor", "aria-hidden": "true" });
  #known = null;

  constructor() {
    this.#plots = Object.fromEntries(Object.entries(TITLES).map(([name, texts]) => [name, new Plot(name, ...texts)]));
    const plots = Object.values(this.#plots).map(({ element }) => element);
    this.element = make("div", { class: "continuity-curves", "data-testid": "curves" }, ...plots, this.#cursor);
    this.wait();
  }

  /** What is drawn belongs to another path. */
  wait() {
    this.element.setAttribute("aria-busy", "true");
  }

  /** Draw {change, density, empty, typical, classes} of a path; see vae/traversal.py. */
  draw(known) {
    this.element.setAttribute("aria-busy", "false");
    if (known === this.#known) return;
    this.#known = known;
    this.#plots.change.draw(line(known.change, top(known.change), 0.5));
    this.#plots.density.draw(...densityMarks(known));
    this.#plots.classes.draw(...classMarks(known.classes));
    this.#plots.classes.write(known.classes ? classNames(known.classes) : []);
  }

  /** Put the cursor at part t of the path and write the values there. */
  point(t) {
    this.#cursor.style.transform = `translateX(${100 * t}%)`;
    this.element.dataset.t = t;
    if (!this.#known || this.element.getAttribute("aria-busy") === "true") return;
    const { change, density, empty, classes } = this.#known;
    const at = (values) => values[Math.round(t * (values.length - 1))];
    this.#plots.change.value = `${at(change).toFixed(1)} per unit`;
    this.#plots.density.value = at(empty) ? "no digit lives near" : at(density).toFixed(3);
    this.#plots.classes.value = classes ? said(at(classes)) : "no classifier here";
  }
}

/** The most probable class and its probability: "8, 97 %", "no digit, 80 %". */
export function said(probabilities) {
  const digit = likeliest(probabilities);
  const share = digit < 0 ? nothing(probabilities) : probabilities[digit];
  return `${digit < 0 ? "no digit" : digit}, ${Math.round(100 * share)} %`;
}

class Plot {
  element;
  #svg;
  #names = make("div", { class: "names" });
  #value = make("output");
  #written = "";

  constructor(name, title, note) {
    this.#svg = makeSvg("svg", { viewBox: `0 0 1 ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const caption = make("figcaption", { title: note }, make("span", {}, title), this.#value);
    const area = make("div", { class: "area" }, this.#svg, this.#names);
    this.element = make("figure", { class: `curve curve-${name}` }, caption, area);
  }

  set value(text) {
    if (text === this.#written) return;
    this.#written = text;
    this.#value.textContent = text;
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

/** A line through values evenly spaced over the width; `inset` is the place of the first one, in steps. */
function line(values, highest, inset = 0, attributes = { class: "line" }) {
  const steps = values.length - 1 + 2 * inset;
  const points = values.map((value, i) => `${(i + inset) / steps},${HEIGHT * (1 - value / highest)}`);
  return makeSvg("polyline", { ...attributes, points: points.join(" ") });
}

function densityMarks({ density, empty, typical }) {
  const highest = Math.max(top(density), top([typical]));
  const hatches = runs(empty)
    .filter(({ value }) => value)
    .map(({ from, to }) => makeSvg("rect", { class: "empty", x: from, width: to - from, y: 0, height: HEIGHT }));
  return [...hatches, line([typical, typical], highest, 0, { class: "typical" }), line(density, highest)];
}

/** Ten areas, one upon the other, each as high as a digit's probability; what is left blank is "no digit". */
function classMarks(classes) {
  if (!classes) return [];
  const below = classes.map(() => 0);
  const last = classes.length - 1;
  return classes[0].map((_, digit) => {
    const lower = below.map((share, i) => `${i / last},${HEIGHT * (1 - share)}`);
    classes.forEach((shares, i) => (below[i] += shares[digit]));
    const upper = below.map((share, i) => `${i / last},${HEIGHT * (1 - share)}`);
    return makeSvg("polygon", { style: `fill: var(--digit-${digit})`, points: [...upper, ...lower.reverse()].join(" ") });
  });
}

function classNames(classes) {
  return runs(classes.map(likeliest))
    .filter(({ value, from, to }) => value >= 0 && to - from >= NAMED)
    .map(({ value, from, to }) => [(from + to) / 2, value]);
}

/** Stretches of equal values: [{value, from, to}], in parts of the whole width. */
function runs(values) {
  const found = [];
  values.forEach((value, i) => {
    const to = (i + 0.5) / (values.length - 1);
    if (found.at(-1)?.value === value) found.at(-1).to = Math.min(to, 1);
    else found.push({ value, from: found.at(-1)?.to ?? 0, to: Math.min(to, 1) });
  });
  return found;
}

/** The likeliest digit, -1 if it is likelier that the picture is none. */
function likeliest(probabilities) {
  const highest = Math.max(...probabilities);
  return nothing(probabilities) > highest ? -1 : probabilities.indexOf(highest);
}

/** What the probabilities of the digits lack to 1: that the picture is no digit. */
function nothing(probabilities) {
  return 1 - probabilities.reduce((sum, share) => sum + share, 0);
}

function top(values) {
  return HEADROOM * Math.max(...values) || 1;
}
