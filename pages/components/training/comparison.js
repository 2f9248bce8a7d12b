// The last runs side by side: each one's curves to the same axes, its settings in a line; a press shows it.

import { axes } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { clipped, isSquared, rangeOf, wayOf } from "./curves.js";
import { loss, settings, standing } from "./said.js";

const HEIGHT = 112;
const PARTS = { reconstruction: "reconstruction", kl: "KL divergence" }; // their sum is minus the ELBO

export class Comparison {
  element;
  #cards = make("div", { class: "training-cards" });
  #choose;
  #resizing;
  #shown = [];
  #current = "";
  #kinds = {};

  /** `choose(run)` hears which one is to be shown. */
  constructor(choose) {
    this.#choose = choose;
    const title = make("h2", {}, "Your runs side by side");
    const key = make("p", { class: "training-key" }, "Held-out images, to the same axes. Press a run to show it.");
    this.element = make("section", { class: "training-comparison", "aria-label": "Runs to compare" }, title, key, this.#cards);
    this.#resizing = new ResizeObserver(() => this.#draw());
    this.#resizing.observe(this.#cards);
  }

  /** Show these runs (run.js), `current` being the name of the one on the map; `kinds` are those of data sets. */
  show(runs, current, kinds) {
    this.#kinds = kinds;
    this.#shown = runs.filter(({ status }) => status);
    this.#current = current;
    this.#draw();
  }

  dispose() {
    this.#resizing.disconnect();
  }

  #draw() {
    const runs = this.#shown;
    const [first] = runs;
    const kept = new Map([...this.#cards.children].map((card) => [card.dataset.run, card]));
    const cards = runs.map((run) => {
      const card = kept.get(run.id) ?? this.#card(run.id);
      card.setAttribute("aria-pressed", String(run.id === this.#current));
      const [title, line, stand] = card.querySelectorAll("span");
      title.textContent = run.status.title;
      line.textContent = settings(run.status.job, run === first ? null : first.status.job, this.#kinds);
      stand.textContent = `${standing(run.status)} ${lastLosses(run.status)}`;
      return card;
    });
    if (cards.some((card, i) => card !== this.#cards.children[i]) || cards.length !== this.#cards.children.length)
      this.#cards.replaceChildren(...cards);
    const common = frameOf(runs);
    cards.forEach((card, i) => draw(card, runs[i].status, common));
  }

  #card(id) {
    const parts = ["title", "line", "standing"].map((name) => make("span", { class: `card-${name}` }));
    const charts = make("div", { class: "card-charts", "aria-hidden": "true" });
    charts.append(...Object.keys(PARTS).map(() => makeSvg("svg", { height: HEIGHT })));
    const card = make("button", { type: "button", class: "training-card", "data-run": id, "data-testid": "run-card" });
    card.append(parts[0], parts[1], charts, parts[2]);
    card.addEventListener("click", () => this.#choose(id));
    return card;
  }
}

function lastLosses({ reports }) {
  const last = reports.at(-1)?.held_out;
  return last ? `Reconstruction ${loss(last.reconstruction)}, KL ${loss(last.kl)}.` : "";
}

/** The axes of a loss that all share: {x, y} of each likelihood; squared errors have no nats. */
function frameOf(runs) {
  const frames = {};
  for (const likelihood of ["bernoulli", "mse"]) {
    const own = runs.map(({ status }) => status).filter(({ job }) => job.model.likelihood === likelihood);
    const x = [0, Math.max(1, ...own.map(({ epochs }) => epochs))];
    const y = Object.keys(PARTS).map((name) => [name, rangeOf(own.map(({ reports }) => reports), name) ?? [0, 1]]);
    frames[likelihood] = { x, y: Object.fromEntries(y) };
  }
  return frames;
}

function draw(card, status, frames) {
  const { likelihood } = status.job.model;
  const { x, y } = frames[likelihood];
  Object.entries(PARTS).forEach(([name, title], i) => {
    const svg = card.querySelectorAll("svg")[i];
    const width = svg.clientWidth;
    if (!width) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const unit = isSquared(likelihood, name) ? "" : ", nats per image";
    const chart = axes(width, HEIGHT, { x: { title: "epoch", range: x }, y: { title: title + unit, range: y[name] } });
    const line = makeSvg("path", { class: "line", d: wayOf(status.reports, "held_out", name, chart) });
    svg.replaceChildren(chart.element, ...clipped(`card-clip-${status.run}-${name}`, chart, line));
  });
}
