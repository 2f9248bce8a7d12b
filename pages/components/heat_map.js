// Area magnification behind the points: the darker the ground, the faster the picture changes there.

import { rgb } from "./theme.js";

const STRENGTH = 0.8;

/** The heat map of Python's `heat` ({shade: base64 bytes, side, box, low, high}) in ink, as an image address. */
export function heatImage(heat, ink) {
  const shades = Uint8Array.from(atob(heat.shade), (byte) => byte.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = heat.side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(heat.side, heat.side);
  const colour = rgb(ink);
  shades.forEach((shade, i) => image.data.set([...colour, STRENGTH * shade], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Its box as the plane takes it. */
export function heatRange({ box }) {
  return { x: [box.left, box.right], y: [box.bottom, box.top] };
}

/** What the ground's shade means: "Ground: area magnification 0.2 to 4,000, darker is more". */
export function heatLegend({ low, high }) {
  const written = (value) => Number(value.toPrecision(2)).toLocaleString("en");
  return `Ground: area magnification ${written(low)} to ${written(high)}; the stronger, the faster pictures change.`;
}
