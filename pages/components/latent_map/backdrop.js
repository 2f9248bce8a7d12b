// The decoded manifold behind the points: a lattice over what is visible, decoded and drawn as one image.

import { PIXELS } from "../wire/decode_channel.js";
import { MAX_POINTS } from "../wire/limits.js";
import { SIDE } from "../parts/digit_canvas.js";
import { rgb } from "../plane/theme.js";

const CELL_PX = 32; // a digit of 28 pixels at about its own size
const CELLS = { fewest: 8, most: 32 };

export class Manifold {
  #plane;
  #channel = null;
  #theme;
  #shown = false;
  #drawn = ""; // what the image shows: a key of channel and view
  #drawing = new AbortController();
  #picture = null; // {ink: Uint8ClampedArray, n, range}: kept, to be coloured again for another theme

  constructor(plane, theme) {
    this.#plane = plane;
    this.#theme = theme;
  }

  /** Show or hide; `channel` is the decoder whose manifold it is. */
  set({ shown, channel }) {
    const other = channel !== this.#channel;
    if (!other && shown === this.#shown) return;
    this.#shown = shown;
    this.#channel = channel;
    if (!shown || other) this.#clear();
    this.settled();
  }

  themed(theme) {
    this.#theme = theme;
    if (this.#picture) this.#paint();
  }

  /** Decode what is visible now, unless the image shows just that. */
  async settled() {
    const { x, y } = this.#plane.range;
    const n = Math.min(Math.max(Math.round(this.#plane.side / CELL_PX), CELLS.fewest), CELLS.most);
    const view = JSON.stringify([x, y, n]);
    if (!this.#shown || view === this.#drawn) return;
    this.#drawn = view;
    this.#drawing.abort();
    this.#drawing = new AbortController();
    const { signal } = this.#drawing;
    const pictures = await decodeLattice(this.#channel, lattice({ x, y }, n), signal).catch(() => null);
    if (!pictures || signal.aborted) return;
    this.#picture = { ink: mosaic(pictures, n), n, range: { x, y } };
    await this.#paint();
  }

  dispose() {
    this.#drawing.abort();
  }

  #clear() {
    this.#drawing.abort();
    this.#drawn = "";
    if (this.#picture) this.#plane.setBackdrop(null);
    this.#picture = null;
  }

  #paint() {
    const { ink, n, range } = this.#picture;
    const side = n * SIDE;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    const [red, green, blue] = rgb(this.#theme.ink);
    for (let i = 0, at = 0; i < ink.length; i++, at += 4) {
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = ink[i]; // no ink, no paint: the page's own ground shows through
    }
    context.putImageData(image, 0, 0);
    return this.#plane.setBackdrop(canvas.toDataURL(), range);
  }
}

/** Middles of n x n cells that fill the range, row by row, top row first: [z1, z2, ...]. */
function lattice({ x, y }, n) {
  const points = new Float32Array(2 * n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const at = 2 * (row * n + column);
      points[at] = x[0] + ((column + 0.5) / n) * (x[1] - x[0]);
      points[at + 1] = y[1] - ((row + 0.5) / n) * (y[1] - y[0]);
    }
  }
  return points;
}

async function decodeLattice(channel, points, signal) {
  const pictures = new Uint8Array((points.length / 2) * PIXELS);
  for (let start = 0; start < points.length; start += 2 * MAX_POINTS) {
    const part = await channel.batch(points.slice(start, start + 2 * MAX_POINTS), signal);
    pictures.set(part, (start / 2) * PIXELS);
  }
  return pictures;
}

/** n x n pictures, one after the other, as one picture of n * 28 by n * 28 pixels. */
function mosaic(pictures, n) {
  const whole = new Uint8ClampedArray(pictures.length);
  for (let cell = 0; cell < n * n; cell++) {
    const left = (cell % n) * SIDE;
    const top = Math.floor(cell / n) * SIDE;
    for (let row = 0; row < SIDE; row++) {
      const from = cell * PIXELS + row * SIDE;
      whole.set(pictures.subarray(from, from + SIDE), (top + row) * n * SIDE + left);
    }
  }
  return whole;
}
