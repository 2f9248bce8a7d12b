// The epoch that is shown: a slider over the snapshots, and a button that plays them from the first to the last.

import { make } from "../parts/dom.js";
import { LiveSlider } from "../parts/live_slider.js";
import { epochName } from "./said.js";

const STEP_MS = 550; // of a snapshot, played

export class Player {
  element;
  #epochs = [];
  #index = 0;
  #timer = 0;
  #on;
  #slider;
  #play = make("button", { type: "button", class: "training-play", "data-testid": "play" });
  #name = make("output", { class: "training-epoch", "data-testid": "epoch" });

  /** `on.move(index)` hears of every other snapshot, `on.rest()` when the slider is let go or playing has ended. */
  constructor(on) {
    this.#on = on;
    const written = (value) => epochName(this.#epochs[Math.round(value)]);
    this.#slider = new LiveSlider(
      { testid: "epoch-slider", label: "Epoch shown", min: 0, max: 1, step: 1, written },
      { move: (value) => this.#drag(value), rest: on.rest },
    );
    this.#play.addEventListener("click", () => (this.#timer ? this.pause() : this.#start()));
    this.element = make("div", { class: "training-player" }, this.#play, this.#slider.element, this.#name);
    this.#label();
  }

  get isPlaying() {
    return this.#timer !== 0;
  }

  /** How long a played snapshot stays. */
  get step() {
    return STEP_MS;
  }

  /** Stand on a snapshot among these epochs. */
  show(epochs, index) {
    this.#epochs = epochs;
    this.#index = index;
    this.#slider.range = [0, Math.max(epochs.length - 1, 1)];
    this.#slider.value = index;
    this.#name.textContent = epochName(epochs[index]);
  }

  pause() {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#label();
    this.#on.rest();
  }

  dispose() {
    clearInterval(this.#timer);
  }

  #start() {
    if (this.#epochs.length < 2) return;
    if (this.#index === this.#epochs.length - 1) this.#go(0);
    this.#timer = setInterval(() => this.#next(), STEP_MS);
    this.#label();
  }

  #next() {
    if (this.#index < this.#epochs.length - 1) this.#go(this.#index + 1);
    else this.pause();
  }

  #drag(value) {
    this.pause();
    this.#go(Math.round(value));
  }

  #go(index) {
    this.#slider.value = index; // the thumb stands on a snapshot, wherever the hand is
    if (index === this.#index) return;
    this.show(this.#epochs, index);
    this.#on.move(index);
  }

  #label() {
    this.#play.textContent = this.#timer ? "Pause" : "Play";
    this.#play.classList.toggle("is-playing", this.isPlaying);
  }
}
