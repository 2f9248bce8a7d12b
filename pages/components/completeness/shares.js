// What the bars of the two planes show, told to the maps when Python knows it: they do not wait for it.

import { announceShares, answer } from "../wire/bus.js";

/** Write the note into `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new NamedShares(root, data.group);
}

class NamedShares {
  #root;
  #data = null;
  #stop;

  constructor(root, group) {
    this.#root = root;
    this.#stop = answer(group, () => this.#tell());
  }

  update({ data }) {
    this.#data = data;
    this.#root.textContent = data.note;
    this.#tell();
  }

  dispose() {
    this.#stop();
  }

  #tell() {
    if (this.#data) announceShares(this.#data);
  }
}
