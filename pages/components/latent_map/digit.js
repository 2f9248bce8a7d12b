// The digit of a map's group, large: its picture, its coordinates, and how the codes around it vote.

import { listen } from "../wire/bus.js";
import { written } from "../parts/coordinates.js";
import { DigitCanvas } from "../parts/digit_canvas.js";

/** Build the digit inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Digit(root, data.group);
}

class Digit {
  #root;
  #canvas;
  #stop;

  constructor(root, group) {
    this.#root = root;
    this.#canvas = new DigitCanvas(this.#part("canvas"));
    this.#stop = listen(group, (picture) => this.#show(picture));
  }

  /** Everything it shows comes from the map's group, nothing from Python. */
  update() {}

  dispose() {
    this.#stop();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  #show({ model, z1, z2, pixels, phase, vote }) {
    this.#canvas.draw({ model, z1, z2, pixels });
    this.#root.dataset.phase = phase;
    this.#part(".digit-z1").textContent = written(z1);
    this.#part(".digit-z2").textContent = written(z2);
    this.#part(".digit-vote").textContent = vote;
  }
}
