// The last runs side by side: each one's curves to the same axes, its settings in a line; a press shows it.

import { axes, span } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { wayOf } from "./curves.js";
import { loss, settings, standing } from "./said.js";

const HEIGHT = 116;
const LINES = ["reconstruction", "kl"]; // their sum is minus the ELBO
const FALL = 0.5;

export class Comparison {
  element;
  #cards = make("div", { class: "training-cards" });
  #choose;
  #resizing;
  #shown = [];
  #current = "";

  /** `choose(run)` hears which one is to be shown. */
  constructor(choose) {
    this.#choose = choose;
    const title = make("h2", {}, "Your runs side by side");
    const key = make("p", { class: "training-key" }, "Held-out images: ");
    key.append(make("span", { class: "key key-reconstruction" }, "reconstruction"), " ", make("span", { class: "key key-kl" }, "KL divergence"));
    this.element = make("section", { class: "training-comparison", "aria-label": "Runs to compare" }, title, key, this.#cards);
    this.#resizing = new ResizeObserver(() => this.#draw());
    this.#resizing.observe(this.#cards);
  }

  /** Show these runs (run.js), `current` being the name of the one on the map. */
  show(runs, current) {
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
      line.textContent = settings(run.status.job, run === first ? null : first.status.job);
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
    const svg = makeSvg("svg", { "aria-hidden": "true", height: HEIGHT });
    const card = make("button", { type: "button", class: "training-card", "data-run": id, "data-testid": "run-card" });
    card.append(parts[0], parts[1], svg, parts[2]);
    card.addEventListener("click", () => this.#choose(id));
    return card;
  }
}

function lastLosses({ reports }) {
  const last = reports.at(-1)?.held_out;
  return last ? `Reconstruction ${loss(last.reconstruction)}, KL ${loss(last.kl)}.` : "";
}

/** The axes that all share, {x, y}; squared errors have no nats, and stand on a scale of their own. */
function frameOf(runs) {
  const frames = {};
  for (const likelihood of ["bernoulli", "mse"]) {
    const own = runs.filter(({ status }) => status.job.model.likelihood === likelihood);
    const values = own.flatMap(({ status }) =>
      status.reports
        .filter(({ epoch }) => epoch >= FALL || status.reports.length < 4)
        .flatMap(({ held_out: losses }) => LINES.map((name) => losses[name] ?? NaN)),
    );
    const y = span([...values, 0], 0.05);
    frames[likelihood] = { x: [0, Math.max(1, ...own.map(({ status }) => status.epochs))], y: [0, y[1]] };
  }
  return frames;
}

function draw(card, status, frames) {
  const svg = card.querySelector("svg");
  const width = svg.clientWidth;
  if (!width) return;
  const { x, y } = frames[status.job.model.likelihood];
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const unit = status.job.model.likelihood === "mse" ? "squared error" : "nats";
  const chart = axes(width, HEIGHT, { x: { title: "epoch", range: x }, y: { title: unit, range: y } });
  const { left, right, top, bottom } = chart.inner;
  const id = `card-clip-${status.run}`;
  const clip = makeSvg("clipPath", { id }, makeSvg("rect", { x: left, y: top, width: right - left, height: bottom - top }));
  const lines = LINES.map((name) =>
    makeSvg("path", { class: `line line-${name}`, d: wayOf(status.reports, "held_out", name, chart), "clip-path": `url(#${id})` }),
  );
  svg.replaceChildren(clip, chart.element, ...lines);
}
