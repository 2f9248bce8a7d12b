// "You are here" on the plane. An element of its own, moved by a transform alone: nothing else is painted again.

import { make } from "../parts/dom.js";

export class Marker {
  #plane;
  #element = make("div", { class: "continuity-marker", "data-testid": "marker", "aria-hidden": "true" });
  #z = null;

  /** Inside `parent`, which lies over `plane`. */
  constructor(parent, plane) {
    this.#plane = plane;
    parent.append(this.#element);
  }

  /** Stand at z = [z1, z2]; without it, follow the plane's axes. */
  place(z = this.#z) {
    this.#z = z;
    if (!z) return;
    const [x, y] = this.#plane.pixelOf(...z);
    this.#element.style.transform = `translate(${x}px, ${y}px)`;
    Object.assign(this.#element.dataset, { z1: z[0], z2: z[1] });
  }
}
