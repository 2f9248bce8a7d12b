// Area magnification behind the points: the darker the ground, the faster the picture changes there.

import { groundImage } from "../plane/ground.js";
import { rgb } from "../plane/theme.js";

const STRENGTH = 0.8;

/** The heat map of Python's `heat` ({shade: base64 bytes, side, box, low, high}) in ink, as an image address. */
export function heatImage(heat, ink) {
  const colour = rgb(ink);
  return groundImage(heat, Uint8Array, (shade) => [...colour, STRENGTH * shade]);
}

/** What the ground's shade means: "Ground: area magnification 0.2 to 4,000, darker is more". */
export function heatLegend({ low, high }) {
  const written = (value) => Number(value.toPrecision(2)).toLocaleString("en");
  return `Ground: area magnification ${written(low)} to ${written(high)}; the stronger, the faster pictures change.`;
}
