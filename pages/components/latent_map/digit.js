// The digit of a map's group, large: its picture, its coordinates, and how the codes around it vote. The pinned point can be
// typed, and its picture saved.

import { listen } from "../wire/bus.js";
import { written } from "../parts/coordinates.js";
import { DigitCanvas } from "../parts/digit_canvas.js";
import { Typed } from "./typed.js";
import { save } from "./saving.js";

/** Build the digit inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Digit(root, data.group);
}

class Digit {
  #root;
  #canvas;
  #typed;
  #noun = "";
  #pinned = null; // the picture of the pinned point
  #stop;

  constructor(root, group) {
    this.#root = root;
    this.#canvas = new DigitCanvas(this.#part("canvas"));
    this.#typed = new Typed(this.#part(".digit-typed"), group);
    this.#part(".digit-save").addEventListener("click", () => this.#pinned && save(this.#pinned, this.#noun));
    this.#stop = listen(group, (picture) => this.#show(picture));
  }

  /** What it shows comes from the map's group; Python says what the picture is called. */
  update({ data }) {
    this.#noun = data.noun;
  }

  dispose() {
    this.#stop();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  #show(picture) {
    const { model, z1, z2, pixels, phase, vote } = picture;
    this.#canvas.draw({ model, z1, z2, pixels });
    this.#part(".digit").dataset.phase = phase;
    this.#part(".digit-z1").textContent = written(z1);
    this.#part(".digit-z2").textContent = written(z2);
    this.#part(".digit-vote").textContent = vote;
    if (phase !== "pin") return;
    this.#pinned = picture;
    this.#typed.show([z1, z2]);
  }
}
