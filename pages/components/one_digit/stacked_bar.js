// Pieces one after the other on a scale in nats, and the numbers below such bars.

import { niceTicks } from "../parts/chart.js";
import { make } from "../parts/dom.js";

const TICKS = 5; // about so many numbers along a scale
const EDGE = 0.03; // of the scale: a number so close to an end stands inside

export class StackedBar {
  element;
  #pieces;

  /** A piece for each of the `kinds`, its class. */
  constructor(kinds) {
    this.#pieces = kinds.map((kind) => make("i", { class: kind }));
    this.element = make("div", { class: "bar", "aria-hidden": "true" }, ...this.#pieces);
  }

  /** Pieces as long as `amounts`, in nats, of which the part from `low` to `high` is drawn; less than nothing is nothing. */
  draw(amounts, range) {
    let end = 0;
    this.#pieces.forEach((piece, i) => {
      const start = end;
      end += Math.max(amounts[i], 0);
      const [left, right] = [start, end].map((at) => part(at, range));
      piece.style.left = `${100 * left}%`;
      piece.style.width = `${100 * (right - left)}%`;
      piece.dataset.nats = amounts[i];
    });
  }
}

export class Scale {
  element = make("div", { class: "scale", "aria-hidden": "true" });

  draw(range) {
    const marks = niceTicks(range, TICKS).map(({ at, label }) => {
      const along = part(at, range);
      const mark = make("span", { class: along < EDGE ? "first" : along > 1 - EDGE ? "last" : "" }, label);
      mark.style.left = `${100 * along}%`;
      return mark;
    });
    this.element.replaceChildren(...marks);
  }
}

/** Which part of the range lies below a value, 0 to 1. */
export function part(value, [low, high]) {
  return Math.min(Math.max((value - low) / (high - low), 0), 1);
}
