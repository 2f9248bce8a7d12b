// The loss with another weight of the KL divergence: a slider, and the bar that follows it.

import { number } from "../parts/chart.js";
import { make } from "../parts/dom.js";
import { LiveSlider } from "../parts/live_slider.js";
import { nats } from "./balance.js";
import { part, Scale, StackedBar } from "./stacked_bar.js";

const STEP = 0.05;

export class Weight {
  element;
  #slider;
  #bar = new StackedBar(["reconstruction", "kl"]);
  #line = make("b", { class: "end" });
  #scale = new Scale();
  #beta = make("output", { "data-testid": "beta" });
  #total = make("output", { "data-testid": "total" });
  #unit = make("span");
  #note = make("p", { class: "note" });
  #value = 1;
  #account = null;
  #range = [0, 1];

  /** `on.move(beta)` at every change, 0 to `strongest`; `on.rest()` when the slider is let go. */
  constructor(strongest, on) {
    const move = (value) => on.move(Math.round(value / STEP) / Math.round(1 / STEP));
    const options = { testid: "weight-slider", label: "β, the weight of the KL divergence", min: 0, max: strongest, step: STEP };
    this.#slider = new LiveSlider({ ...options, written: (value) => `β ${number(value, 2)}` }, { move, rest: on.rest });
    this.#bar.element.append(this.#line);
    const row = make("p", { class: "beta" }, make("span", {}, "β = ", this.#beta), this.#slider.element);
    const sum = make("p", { class: "equation" }, "Reconstruction + β · KL divergence = ", this.#total, this.#unit);
    this.element = make("div", { class: "weight" }, row, sum, this.#bar.element, this.#scale.element, this.#note);
  }

  set value(beta) {
    this.#value = beta;
    this.#slider.value = beta;
    this.#beta.textContent = number(beta, 2);
    this.#write();
  }

  /** `full` nats are the whole width. */
  draw(account, full) {
    this.#account = account;
    this.#range = [0, full];
    this.#scale.draw(this.#range);
    this.#line.style.left = `${100 * part(-account.elbo, this.#range)}%`;
    this.#write();
  }

  #write() {
    if (!this.#account) return;
    const { reconstruction, kl } = this.#account;
    const cost = [reconstruction, this.#value * kl];
    this.#bar.draw(cost, this.#range);
    this.#total.textContent = nats(cost[0] + cost[1]);
    this.#unit.textContent = ` ${this.#account.unit}`;
    this.#note.textContent =
      this.#value === 1 ? "With β = 1 this is −ELBO." : "Only β = 1 gives −ELBO, the line.";
  }
}
