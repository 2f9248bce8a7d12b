// The same draws from the prior, decoded by two models: pictures with the classifier's verdict beneath each.

import { listenTwin } from "../wire/bus.js";
import { DrawsHalf } from "./draws_half.js";
import { make } from "../parts/dom.js";
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
      this.#halves[side] = new DrawsHalf(`At the ${side}`, {
        look: (index) => Object.values(this.#halves).forEach((half) => half.look(index)),
        choose: (z) => goThere(group, side, z),
      });
    }
    const { left, right } = this.#halves;
    const named = `Named: the classifier gives one digit at least ${Math.round(100 * confident)} %. Otherwise unclear, or no digit.`;
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

  /**
   * Mark the draw that is pinned, the same one in both halves: where a link is steep, rounding moves the linked
   * point off its own draw. Dim what belongs to a rung that the maps have left: by quantiles that is both halves.
   */
  #mark() {
    if (!this.#twin) return;
    const { left, right } = this.#halves;
    const { rung, link } = this.#twin;
    right.busy = rung !== this.#names.right;
    left.busy = rung !== this.#names.right && link === "quantiles";
    const found = Math.max(left.indexAt(this.#twin.left, SAME), right.indexAt(this.#twin.right, SAME));
    left.mark(found);
    right.mark(found);
  }
}
