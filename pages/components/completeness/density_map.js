// Where codes crowd and where holes are, as a ground behind the points.

import { groundImage } from "../plane/ground.js";

// Orange and violet: told apart with any colour blindness, on light and on dark paper.
const COLOURS = { crowd: [230, 97, 0], hole: [116, 84, 205] };
const STRENGTH = 3.2; // of a shade of 127: a ratio of 8 or more is opaque

/** The density of Python's `layer` ({shade: base64 of signed bytes, side}) as an image address. */
export function densityImage(layer) {
  return groundImage(layer, Int8Array, (value) => {
    const colour = value > 0 ? COLOURS.crowd : COLOURS.hole;
    return [...colour, STRENGTH * Math.abs(value)];
  });
}

/** What the two colours mean: [CSS colour, sentence] each. */
export const DENSITY_LEGEND = [
  [`rgb(${COLOURS.crowd})`, "more codes than expected: by the prior, or for an autoencoder by the Gaussian that fits its codes"],
  [`rgb(${COLOURS.hole})`, "fewer: a hole"],
];
