// One bar: the share of a model's random places that are digits, with its 95 % interval.

import { make } from "../parts/dom.js";

export class ShareBar {
  element;
  #percent = make("b", {}, "–");
  #bar = make("i", { class: "bar" });
  #interval = make("i", { class: "interval" });
  #kinds = make("p", {}, "\u00a0");

  constructor() {
    const said = make("p", { class: "share-said" }, this.#percent, make("span", {}, "of random places are digits"));
    const track = make("div", { class: "share-track" }, this.#bar, this.#interval);
    this.element = make("div", { class: "share-bar", "data-testid": "share" }, said, track, this.#kinds);
  }

  /** {percent, low, high: all 0 to 100, digits, judged}, or null while that is not known. */
  show(share) {
    const { percent, low, high, digits } = share ?? { percent: 0, low: 0, high: 0 };
    this.#percent.textContent = share ? `${Math.round(percent)} %` : "–";
    this.#bar.style.width = `${percent}%`;
    Object.assign(this.#interval.style, { left: `${low}%`, width: `${high - low}%` });
    this.#kinds.textContent = share ? kinds(digits) : "\u00a0";
    this.element.title = share ? `${share.judged} places; 95 % interval ${Math.round(low)} to ${Math.round(high)} %` : "";
    Object.assign(this.element.dataset, share ?? {});
  }

  /** What is shown belongs to another model than the one on the map. */
  set busy(busy) {
    this.element.setAttribute("aria-busy", busy);
  }
}

function kinds(digits) {
  return digits ? `${digits.toFixed(1)} of 10 different digits` : "no digit at all";
}
