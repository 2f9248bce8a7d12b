// Pictures at random places of two planes, with the judge's verdict beneath each.

import { listenTwin } from "../wire/bus.js";
import { DrawsHalf } from "./draws_half.js";
import { make } from "../parts/dom.js";
import { goThere, showMapsButton } from "./go_there.js";

const SAME = 5e-4; // coordinates that differ by less are the same place: the maps round theirs

/** Build both halves inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new JudgedDraws(root, data);
}

class JudgedDraws {
  #halves = {};
  #rung = ""; // of the checkpoint whose pictures are shown at the right
  #twin = null;
  #stop;

  constructor(root, { group, confident }) {
    for (const side of ["left", "right"]) {
      this.#halves[side] = new DrawsHalf(`At the ${side}`, (z) => goThere(group, side, z));
    }
    const { left, right } = this.#halves;
    const named = `Named: the judge is at least ${Math.round(100 * confident)} % sure of one digit. Otherwise unclear, or no digit.`;
    const note = make("p", {}, named, showMapsButton());
    root.replaceChildren(left.element, right.element, note);
    this.#stop = listenTwin(group, (twin) => this.#follow(twin));
  }

  update({ data }) {
    this.#rung = data.right.name;
    for (const [side, half] of Object.entries(this.#halves)) half.show(data[side]);
    this.#mark();
  }

  dispose() {
    this.#stop();
  }

  #follow(twin) {
    this.#twin = twin;
    this.#mark();
  }

  /** Mark the draw that is pinned, in the plane it was drawn in. Dim what belongs to a rung that the maps have left. */
  #mark() {
    if (!this.#twin) return;
    this.#halves.right.busy = this.#twin.rung !== this.#rung;
    for (const [side, half] of Object.entries(this.#halves)) half.mark(half.indexAt(this.#twin[side], SAME));
  }
}
