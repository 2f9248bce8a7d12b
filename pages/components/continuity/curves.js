// What else is known along the path through the map: density of real images, and what the judge gives each digit.

import { make, makeSvg } from "../parts/dom.js";
import { measured } from "./judge.js";
import { HEIGHT, line, Plot, runs, top } from "./plot.js";

const NAMED = 0.06; // of the path's length: a class that holds for less is not written into its area

const TITLES = {
  density: ["Real images near the path", "Density of test images around the point; dashed: at a typical one; hatched: none lives near"],
  classes: ["What the judge reads", "Shares of probability that it gives each digit; blank: no digit"],
};

export class Curves {
  element;
  #plots;
  #known = null;

  constructor() {
    this.#plots = Object.fromEntries(Object.entries(TITLES).map(([name, texts]) => [name, new Plot(name, ...texts)]));
    const plots = Object.values(this.#plots).map(({ element }) => element);
    this.element = make("div", { class: "continuity-curves", "data-testid": "more-curves" }, ...plots);
    this.#plots.classes.scale = ["100 %", "0"];
    this.busy = true;
  }

  /** Whether what is drawn belongs to another path. */
  set busy(busy) {
    this.element.setAttribute("aria-busy", String(busy));
  }

  /** Draw {density, empty, typical, classes} of a path; see vae/measure/traversal.py. */
  draw(known) {
    this.busy = false;
    if (known === this.#known) return;
    this.#known = known;
    const highest = Math.max(top(known.density), top([known.typical]));
    this.#plots.density.scale = [`${highest.toPrecision(2)} of all per unit area`, "0"];
    this.#plots.density.draw(...densityMarks(known, highest));
    this.#plots.classes.element.hidden = !known.classes; // no judge knows these images
    this.#plots.classes.draw(...classMarks(known.classes));
    this.#plots.classes.write(known.classes ? classNames(known.classes) : []);
  }

  /** Write the values at part t of the path. */
  point(t) {
    if (!this.#known || this.element.getAttribute("aria-busy") === "true") return;
    const { density, empty, classes } = this.#known;
    const at = (values) => values[Math.round(t * (values.length - 1))];
    this.#plots.density.value = at(empty) ? "no code lives near" : at(density).toFixed(3);
    if (classes) this.#plots.classes.value = measured(at(classes));
  }
}

function densityMarks({ density, empty, typical }, highest) {
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
  const likeliest = classes.map((shares) => shares.indexOf(Math.max(...shares)));
  return runs(likeliest.map((digit, i) => (classes[i][digit] >= 0.5 ? digit : -1)))
    .filter(({ value, from, to }) => value >= 0 && to - from >= NAMED)
    .map(({ value, from, to }) => [(from + to) / 2, value]);
}
