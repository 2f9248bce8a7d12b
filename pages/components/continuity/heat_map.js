// Area magnification behind the points: the darker the ground, the faster the picture changes there.

import { groundImage, groundRange } from "../plane/ground.js";
import { OPACITY } from "../plane/plane.js";
import { rgb } from "../plane/theme.js";

const STRENGTH = 0.8;

export class HeatMap {
  #plane;
  #theme;
  #heat = null;

  /** Behind the points of `plane`. */
  constructor(plane, theme) {
    this.#plane = plane;
    this.#theme = theme;
  }

  /** Lay Python's heat map ({shade: base64 bytes, side, box, low, high}) there; null removes it. */
  show(heat) {
    if (heat?.shade === this.#heat?.shade) return;
    this.#heat = heat;
    this.#paint();
  }

  /** A new map has come without it. */
  known() {
    this.#paint();
  }

  themed(theme) {
    this.#theme = theme;
    this.#paint();
  }

  #paint() {
    const heat = this.#heat;
    this.#plane.setOpacity(heat ? OPACITY.over : OPACITY.alone);
    this.#plane.setBackdrop(heat && image(heat, this.#theme.ink), heat && groundRange(heat));
  }
}

/** As an image address. */
function image(heat, ink) {
  const colour = rgb(ink);
  return groundImage(heat, Uint8Array, (shade) => [...colour, STRENGTH * shade]);
}

/** What the ground's shade means: "Ground: area magnification 0.2 to 4,000, darker is more". */
export function heatLegend({ low, high }) {
  const written = (value) => Number(value.toPrecision(2)).toLocaleString("en");
  return `Ground: area magnification ${written(low)} to ${written(high)}; the stronger, the faster pictures change.`;
}
