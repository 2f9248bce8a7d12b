// The pictures of a path: all of them from one request, or, while the path moves, just the few that are seen.

import { PIXELS } from "../wire/decode_channel.js";
import { FRAMES } from "./filmstrip.js";

export class PathPictures {
  #channel = null;
  #points = new Float32Array(0);
  #whole = null; // 784 bytes a point
  #asking = new AbortController();
  #drawn;

  /**
   * `drawn` gets what there is to see: {t, z, pixels} of one point, {points, pictures} of the film's frames, the same
   * object as long as they are the same.
   */
  constructor(drawn) {
    this.#drawn = drawn;
  }

  /** Another path [z1, z2, ...], or another decoder. Nothing is asked for yet. */
  use(channel, points) {
    this.#asking.abort();
    this.#channel = channel;
    this.#points = points;
    this.#whole = null;
  }

  /** Decode every point in one request; then `come` is called. */
  async decode(come) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const pictures = await this.#channel.batch(this.#points, signal).catch(() => null);
    if (!pictures || signal.aborted) return;
    this.#channel.forget();
    const indices = this.#frames;
    this.#whole = { pictures, frames: { points: this.#pick(indices), pictures: indices.map((i) => picture(pictures, i)) } };
    come();
  }

  /** Draw point i: at once if its picture is here, as soon as it has come otherwise; the newest call wins. */
  show(i) {
    const t = i / this.#last;
    if (this.#whole) {
      const { pictures, frames } = this.#whole;
      this.#drawn({ t, z: this.#pick([i]), pixels: picture(pictures, i) }, frames);
      return;
    }
    const points = this.#pick([...this.#frames, i]);
    this.#channel.followAll(points, (pictures) => {
      const each = Array.from({ length: FRAMES }, (_, k) => picture(pictures, k));
      const one = { t, z: points.subarray(2 * FRAMES), pixels: picture(pictures, FRAMES) };
      this.#drawn(one, { points: points.subarray(0, 2 * FRAMES), pictures: each });
    });
  }

  dispose() {
    this.#asking.abort();
  }

  get #last() {
    return this.#points.length / 2 - 1;
  }

  /** Indices of the film's frames: evenly spaced, ends included. */
  get #frames() {
    return Array.from({ length: FRAMES }, (_, k) => Math.round((k / (FRAMES - 1)) * this.#last));
  }

  #pick(indices) {
    return Float32Array.from(indices.flatMap((i) => [this.#points[2 * i], this.#points[2 * i + 1]]));
  }
}


/** Picture number i of many, 784 bytes each. */
export function picture(pictures, i) {
  return pictures.subarray(i * PIXELS, (i + 1) * PIXELS);
}
