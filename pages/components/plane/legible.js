// Where a digit can be read, behind the points: the darker the ground, the less sure the judge is of any digit.

import { groundImage, groundRange } from "./ground.js";
import { OPACITY } from "./plane.js";
import { rgb } from "./theme.js";

const STRENGTH = 0.55; // of the ground where nothing can be read: dots stay visible on it

export const LEGEND = "Ground: the darker, the less sure the classifier is of any digit.";

export class Legible {
  #plane;
  #theme;
  #failed;
  #checkpoint = null; // whose certainty is shown, or on its way; null for none
  #layer = null; // as the server tells it: {box, side, shade}
  #asking = new AbortController();

  /** Behind the points of `plane`; `failed` hears a sentence when the layer cannot be had, "" when it can. */
  constructor(plane, theme, failed = () => {}) {
    this.#plane = plane;
    this.#theme = theme;
    this.#failed = failed;
  }

  /** Show the certainty over the plane of `checkpoint`, or none. */
  async set({ shown, checkpoint }) {
    const wanted = shown ? checkpoint : null;
    if (wanted === this.#checkpoint) return;
    const had = this.#checkpoint !== null;
    this.#checkpoint = wanted;
    this.#layer = null;
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#failed("");
    if (had) this.#paint();
    if (wanted === null) return;
    const { signal } = this.#asking;
    const layer = await ask(wanted, signal).catch((error) => {
      if (!signal.aborted) this.#fail(error.message);
    });
    if (!layer || signal.aborted) return;
    this.#layer = layer;
    this.#paint();
  }

  /** A new map has come without it. */
  known() {
    if (this.#layer) this.#paint();
  }

  themed(theme) {
    this.#theme = theme;
    if (this.#layer) this.#paint();
  }

  dispose() {
    this.#asking.abort();
  }

  #fail(sentence) {
    this.#checkpoint = null; // to be asked for again
    this.#failed(sentence);
  }

  #paint() {
    const layer = this.#layer;
    this.#plane.setOpacity(layer ? OPACITY.over : OPACITY.alone);
    const colour = rgb(this.#theme.ink);
    const paint = (sure) => [...colour, STRENGTH * (255 - sure)];
    this.#plane.setBackdrop(layer && groundImage(layer, Uint8Array, paint), layer && groundRange(layer));
  }
}

async function ask(checkpoint, signal) {
  const url = new URL(`legible/${encodeURIComponent(checkpoint)}`, document.baseURI);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(response.status === 404 ? await response.text() : "The server did not answer.");
  return response.json();
}
