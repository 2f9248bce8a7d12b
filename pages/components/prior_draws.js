// The same draws from the prior, decoded by two models: pictures with the classifier's verdict beneath each.

import { listenTwin } from "./bus.js";
import { DrawsHalf } from "./draws_half.js";
import { make } from "./dom.js";
import { goThere } from "./go_there.js";

const SAME = 5e-4; // coordinates that differ by less are the same place: the maps round theirs

/** Build both halves inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new PriorDraws(root, data);
}

class PriorDraws {
  #halves = {};
  #names = {}; // of the checkpoints whose pictures are shown
  #twin = null;
  #stop;

  constructor(root, { group, confident }) {
    for (const side of ["left", "right"]) {
      this.#halves[side] = new DrawsHalf({
        look: (index) => Object.values(this.#halves).forEach((half) => half.look(index)),
        choose: (z) => goThere(group, side, z),
      });
    }
    const { left, right } = this.#halves;
    const named = `Named: the classifier gives one digit at least ${Math.round(100 * confident)} %. Unclear: it does not.`;
    root.replaceChildren(left.element, right.element, make("p", {}, named));
    this.#stop = listenTwin(group, (twin) => this.#follow(twin));
  }

  update({ data }) {
    for (const [side, half] of Object.entries(this.#halves)) {
      this.#names[side] = data[side].name;
      half.show(data[side]);
    }
    this.#mark();
  }

  dispose() {
    this.#stop();
  }

  #follow(twin) {
    this.#twin = twin;
    this.#mark();
  }

  /** Mark the draw that is pinned, and dim pictures of a rung that the maps have left. */
  #mark() {
    if (!this.#twin) return;
    const { rung, ...points } = this.#twin;
    this.#halves.right.busy = rung !== this.#names.right;
    for (const [side, half] of Object.entries(this.#halves)) half.mark(points[side], SAME);
  }
}
