// Eleven digits in a row, evenly spaced along a path or an axis; a click goes to one of them.

import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

export const FRAMES = 11;

export class Filmstrip {
  element;
  #frames;
  #current = -1;

  /** `chosen(part)` gets 0 for the first frame, 1 for the last; `title(part)` is a frame's tooltip and name. */
  constructor({ testid, title }, chosen) {
    this.#frames = Array.from({ length: FRAMES }, (_, k) => {
      const part = k / (FRAMES - 1);
      const canvas = make("canvas");
      const button = make("button", { type: "button", "aria-label": title(part), title: title(part) }, canvas);
      button.addEventListener("click", () => chosen(part));
      return { button, canvas: new GreyCanvas(canvas) };
    });
    const buttons = this.#frames.map(({ button }) => button);
    this.element = make("div", { class: "continuity-strip", "data-testid": testid, role: "group" }, ...buttons);
  }

  /** Show eleven pictures, 784 bytes each, of the points [z1, z2, ...]. */
  draw(points, pictures) {
    this.#frames.forEach(({ button, canvas }, k) => {
      canvas.draw(pictures[k]);
      Object.assign(button.dataset, { z1: points[2 * k], z2: points[2 * k + 1] });
    });
  }

  /** Mark the frame nearest to `part`, 0 to 1. */
  mark(part) {
    const nearest = Math.round(part * (FRAMES - 1));
    if (nearest === this.#current) return;
    this.#frames[this.#current]?.button.removeAttribute("aria-current");
    this.#frames[nearest]?.button.setAttribute("aria-current", "true");
    this.#current = nearest;
  }
}
