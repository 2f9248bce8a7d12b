// The plane as decoded digits, small: a lattice over the map's own square, one request for a snapshot.

import { make } from "../parts/dom.js";
import { SIDE } from "../parts/digit_canvas.js";

const CELLS = 12; // along a side: 144 points, one request

export class Grid {
  element;
  #canvas = make("canvas", { "data-testid": "plane-grid", role: "img" });
  #context;
  #asked = "";
  #asking = new AbortController();

  constructor() {
    this.#canvas.width = this.#canvas.height = CELLS * SIDE;
    this.#context = this.#canvas.getContext("2d");
    const caption = make("figcaption", {}, "Decoded over the same square");
    this.element = make("figure", { class: "training-grid" }, this.#canvas, caption);
  }

  /** Show what `snapshot` of `channel`'s run decodes over a square; `name` is the epoch's. */
  async show(channel, snapshot, square, run, name) {
    const asked = JSON.stringify([run, snapshot, square]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const pictures = await channel.batch(snapshot, lattice(square), signal).catch(() => null);
    if (signal.aborted) return;
    if (!pictures) {
      this.#asked = "";
      return;
    }
    this.#draw(pictures);
    this.#canvas.setAttribute("aria-label", `Decoded digits over the plane, ${name}`);
    Object.assign(this.#canvas.dataset, { run, snapshot, square: JSON.stringify(square) });
  }

  dispose() {
    this.#asking.abort();
  }

  #draw(pictures) {
    const image = this.#context.createImageData(CELLS * SIDE, CELLS * SIDE);
    image.data.fill(255);
    pictures.forEach((grey, i) => {
      const cell = Math.floor(i / (SIDE * SIDE));
      const pixel = i % (SIDE * SIDE);
      const x = (cell % CELLS) * SIDE + (pixel % SIDE);
      const y = Math.floor(cell / CELLS) * SIDE + Math.floor(pixel / SIDE);
      image.data.fill(grey, 4 * (y * CELLS * SIDE + x), 4 * (y * CELLS * SIDE + x) + 3);
    });
    this.#context.putImageData(image, 0, 0);
  }
}

/** Middles of the cells, row by row, top row first: [z1, z2, ...]. */
function lattice({ x, y }) {
  const points = new Float32Array(2 * CELLS * CELLS);
  const part = (i) => (i + 0.5) / CELLS;
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    points[2 * cell] = x[0] + part(cell % CELLS) * (x[1] - x[0]);
    points[2 * cell + 1] = y[1] - part(Math.floor(cell / CELLS)) * (y[1] - y[0]);
  }
  return points;
}
