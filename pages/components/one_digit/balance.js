// The cost of an image, to scale: what the loss adds up, above what it adds up to exactly; and the end of both, enlarged.

import { number } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { part, Scale, StackedBar } from "./stacked_bar.js";

const COST = ["reconstruction", "kl"];
const EXACT = ["likelihood", "approximation", "amortisation"];
const AIR = 1.2; // how much more than its longest piece the enlarged part holds
const EXACT_NATS = 0.005; // an error below half of the last decimal that is written

/** Nats as they are written. */
export const nats = (value) => number(value, 2);

export class Balance {
  element;
  #cost = equation([["reconstruction", "Reconstruction"], ["kl", "KL divergence"]]);
  #exact = equation([["likelihood", "−log p(x)"], ["approximation", "approximation gap"], ["amortisation", "amortisation gap"]]);
  #whole = new Pair("whole");
  #near = new Pair("near");
  #link = makeSvg("polygon");
  #factor = make("p", { class: "factor" });
  #enlarged;
  #note = make("p", { class: "note" });

  constructor() {
    const link = makeSvg("svg", { class: "link", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, this.#link);
    this.#enlarged = make("div", { class: "enlarged" }, link, this.#factor, ...this.#near.elements);
    const sums = [this.#cost.element, this.#exact.element];
    const parts = [...sums, ...this.#whole.elements, this.#enlarged, this.#note];
    this.element = make("div", { class: "balance", "data-testid": "balance" }, ...parts);
  }

  /** `full` nats are the whole width. */
  draw(account, full) {
    const cost = [account.reconstruction, account.kl];
    const exact = [-account.log_likelihood, account.approximation_gap, account.amortisation_gap];
    this.#cost.write(cost, -account.elbo, account.unit);
    this.#exact.write(exact, -account.elbo, account.unit);
    this.#whole.draw(cost, exact, [0, full]);
    const longest = Math.max(account.kl, exact[1] + exact[2]);
    const factor = Math.max(Math.floor(full / (AIR * longest)), 1);
    const end = Math.max(-account.elbo, -account.log_likelihood) + ((AIR - 1) / 2) * longest;
    const low = Math.max(end - full / factor, 0);
    this.#enlarge(cost, exact, [low, low + full / factor], full, factor);
    const gap = exact[1] + exact[2];
    this.#note.textContent = `The line: −log p(x), ${trust(account)}. The ELBO is lower than log p(x) by the gap, ${nats(gap)} ${account.unit}.`;
  }

  #enlarge(cost, exact, range, full, factor) {
    this.#enlarged.classList.toggle("needless", factor < 2);
    this.#factor.textContent = `The last part, ${factor} times as large`;
    this.#near.draw(cost, exact, range);
    const [left, right] = range.map((at) => 100 * part(at, [0, full]));
    this.#link.setAttribute("points", `${left},0 ${right},0 100,10 0,10`);
  }
}

/** How far log p(x) can be trusted; without an error it is a lower bound. */
function trust({ error, unit }) {
  if (error == null) return "at the most";
  return error < EXACT_NATS ? "exact" : `known to ${nats(error)} ${unit}`;
}

/** Two bars on one scale, and a line through both where -log p(x) ends. */
class Pair {
  elements;
  #cost = new StackedBar(COST);
  #exact = new StackedBar(EXACT);
  #scale = new Scale();
  #lines = [0, 1].map(() => make("b", { class: "end" }));

  constructor(name) {
    this.#cost.element.append(this.#lines[0]);
    this.#exact.element.append(this.#lines[1]);
    this.elements = [this.#cost.element, this.#exact.element, this.#scale.element];
    this.elements.forEach((element) => (element.dataset.pair = name));
  }

  draw(cost, exact, range) {
    this.#cost.draw(cost, range);
    this.#exact.draw(exact, range);
    this.#scale.draw(range);
    for (const line of this.#lines) line.style.left = `${100 * part(exact[0], range)}%`;
  }
}

/** A sum in words and numbers, which is the bar's legend, too: `pieces` are [kind, name]. */
function equation(pieces) {
  const values = pieces.map(() => make("output"));
  const total = make("output");
  const unit = make("span");
  const terms = pieces.flatMap(([kind, name], i) => [
    ...(i ? [make("span", { class: "term" }, "+")] : []),
    make("span", { class: `term key ${kind}` }, `${name} `, values[i]),
  ]);
  const element = make("p", { class: "equation" }, ...terms, make("span", { class: "term" }, "= −ELBO ", total, unit));
  const write = (numbers, sum, name) => {
    numbers.forEach((value, i) => (values[i].textContent = nats(value)));
    total.textContent = nats(sum);
    unit.textContent = ` ${name}`;
  };
  return { element, write };
}
