// The test digits of several checkpoints, each fetched once, however many ask for them at the same time.

import { fetchLatents } from "../wire/latents.js";
import { sortedAxes } from "./quantile_link.js";

export class LatentsLibrary {
  #kept = new Map(); // checkpoint -> its latents, with their coordinates in ascending order as `axes`
  #coming = new Map(); // checkpoint -> {latents: promise, waiting: Set of `failed`, ending: AbortController}
  #ending = new AbortController();
  #prefetching = false;

  /** As `fetchLatents`; what is here comes without asking, and what is on its way is not asked for again. */
  load = async (checkpoint, signal, failed) => {
    signal.throwIfAborted();
    if (this.#kept.has(checkpoint)) return this.#kept.get(checkpoint);
    const { latents, waiting, ending } = this.#coming.get(checkpoint) ?? this.#fetch(checkpoint);
    waiting.add(failed);
    try {
      return await Promise.race([latents, aborted(signal)]);
    } finally {
      waiting.delete(failed);
      if (!waiting.size) ending.abort(); // nobody waits any more; without effect on what has come
    }
  };

  /** The latents of a checkpoint if they are here, else undefined. */
  get(checkpoint) {
    return this.#kept.get(checkpoint);
  }

  /** Fetch those that are missing, one after the other. */
  async prefetch(checkpoints) {
    if (this.#prefetching) return;
    this.#prefetching = true;
    const { signal } = this.#ending;
    for (const checkpoint of checkpoints) await this.load(checkpoint, signal, () => {}).catch(() => {});
    this.#prefetching = false;
  }

  dispose() {
    this.#ending.abort();
  }

  #fetch(checkpoint) {
    const [waiting, ending] = [new Set(), new AbortController()];
    const coming = { waiting, ending, latents: null };
    const leave = () => this.#coming.get(checkpoint) === coming && this.#coming.delete(checkpoint);
    ending.signal.addEventListener("abort", leave);
    const failed = (sentence) => waiting.forEach((hear) => hear(sentence));
    coming.latents = fetchLatents(checkpoint, ending.signal, failed).then((latents) => {
      const sorted = { ...latents, axes: sortedAxes(latents.means) };
      this.#kept.set(checkpoint, sorted);
      leave();
      return sorted;
    });
    this.#coming.set(checkpoint, coming);
    return coming;
  }
}

/** Rejects with the signal's reason as soon as it is aborted. */
function aborted(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}
