// The ladder: one slider over the rungs, each β written under its place.

import { make } from "./dom.js";
import { LiveSlider } from "./live_slider.js";

export class LadderSlider {
  element;
  #rungs;
  #index = -1;
  #slider;
  #name = make("output", { class: "ladder-beta" });
  #ticks;

  /** `rungs` by β. `on.move(index)` hears of every other rung, `on.rest()` when the slider is let go. */
  constructor(rungs, on) {
    this.#rungs = rungs;
    const move = (value) => {
      const index = Math.round(value);
      const moved = index !== this.#index;
      this.index = index; // the thumb stands on a rung, wherever the hand is
      if (moved) on.move(index);
    };
    const written = (value) => `β = ${rungs[Math.round(value)].beta}`;
    const range = { label: "β, the weight of the KL divergence", min: 0, max: rungs.length - 1, step: 1 };
    this.#slider = new LiveSlider({ testid: "beta-slider", ...range, written }, { move, rest: on.rest });
    this.#ticks = rungs.map(({ beta, title }, index) => {
      const tick = make("button", { type: "button", tabindex: "-1", title }, String(beta));
      tick.addEventListener("mousedown", (event) => event.preventDefault()); // hidden from screen readers: no focus
      tick.addEventListener("click", () => {
        move(index);
        on.rest();
      });
      return tick;
    });
    const scale = make("div", { class: "ladder-scale" }, this.#slider.element);
    scale.style.setProperty("--rungs", rungs.length);
    // The slider says the same to a screen reader.
    scale.append(make("div", { class: "ladder-ticks", "aria-hidden": "true" }, ...this.#ticks));
    const what = make("span", {}, "pull on the codes (KL weight)");
    this.element = make("div", { class: "ladder" }, make("p", {}, this.#name, what), scale);
  }

  /** Which rung the slider stands on. */
  set index(index) {
    this.#slider.value = index;
    if (index === this.#index) return;
    this.#ticks[this.#index]?.removeAttribute("aria-current");
    this.#index = index;
    this.#ticks[index].setAttribute("aria-current", "true");
    this.#name.textContent = `β = ${this.#rungs[index].beta}`;
  }
}
