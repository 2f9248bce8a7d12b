// A rubber on the picture itself: where it goes, pixels are rubbed out.

import { SIDE } from "../parts/digit_canvas.js";
import { makeSvg } from "../parts/dom.js";
import { Hand } from "./hand.js";
import { rub } from "./spoiled.js";

const RADIUS = 2; // pixels of the picture
const BYTES = (SIDE * SIDE) / 8;
const PICTURE = "The picture, as the encoder sees it";
const RUBBER = `${PICTURE}. Arrow keys move the rubber, Space puts it down and lifts it.`;

export class Rubber {
  element = makeSvg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" });
  #canvas;
  #enabled = false;
  #bits = null;
  #last = null; // point of the stroke
  #ring = makeSvg("circle", { class: "hand absent", r: RADIUS });

  /** Over `canvas`; `on.changed()` when pixels go, `on.rested()` when it is lifted. */
  constructor(canvas, on) {
    this.element.append(this.#ring);
    this.#canvas = canvas;
    const move = (point) => {
      if (!this.#enabled) return;
      this.#rub(point);
      on.changed();
    };
    new Hand(canvas, { side: SIDE, step: 1 }, {
      down: move,
      move,
      up: () => {
        this.#last = null;
        if (this.#enabled) on.rested();
      },
      hover: (point) => this.#showHand(point),
    });
    this.enabled = false;
  }

  /** Whether it rubs; else the canvas is a picture and no more. */
  set enabled(enabled) {
    this.#enabled = enabled;
    this.#canvas.toggleAttribute("data-rubbed", enabled);
    this.#canvas.setAttribute("role", enabled ? "application" : "img");
    this.#canvas.setAttribute("aria-label", enabled ? RUBBER : PICTURE);
    if (enabled) this.#canvas.tabIndex = 0;
    else this.#canvas.removeAttribute("tabindex");
  }

  /** A bit a pixel, 98 bytes; null if nothing is rubbed out. */
  get bits() {
    return this.#bits;
  }

  set bits(bits) {
    this.#bits = bits && Uint8Array.from(bits);
  }

  /** Every pixel whose middle is near to the way from the last point to this one. */
  #rub(point) {
    const from = this.#last ?? point;
    this.#last = point;
    this.#bits ??= new Uint8Array(BYTES);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const middle = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
      if (distance(middle, from, point) <= RADIUS) rub(this.#bits, i);
    }
  }

  #showHand(point) {
    const shown = this.#enabled && point;
    this.#ring.classList.toggle("absent", !shown);
    if (!shown) return;
    this.#ring.setAttribute("cx", point[0]);
    this.#ring.setAttribute("cy", point[1]);
  }
}

/** From a point to the line between two others. */
function distance([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const part = length ? Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - x1 - part * dx, y - y1 - part * dy);
}
