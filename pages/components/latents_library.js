// The test digits of several checkpoints, each fetched once.

import { fetchLatents } from "./latents.js";
import { sortedAxes } from "./quantile_link.js";

export class LatentsLibrary {
  #kept = new Map(); // checkpoint -> its latents, with their coordinates in ascending order as `axes`
  #ending = new AbortController();
  #prefetching = false;

  /** As `fetchLatents`; what is here comes without asking. */
  load = async (checkpoint, signal, failed) => {
    const latents = this.#kept.get(checkpoint) ?? (await fetchLatents(checkpoint, signal, failed));
    latents.axes ??= sortedAxes(latents.means);
    this.#kept.set(checkpoint, latents);
    return latents;
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
}
