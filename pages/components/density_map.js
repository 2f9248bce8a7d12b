// Where codes crowd and where holes are, as a ground behind the points.

// Orange and violet: told apart with any colour blindness, on light and on dark paper.
const COLOURS = { crowd: [230, 97, 0], hole: [116, 84, 205] };
const STRENGTH = 3.2; // of a shade of 127: a ratio of 8 or more is opaque

/** The density of Python's `layer` ({shade: base64 of signed bytes, side}) as an image address. */
export function densityImage({ shade, side }) {
  const shades = Int8Array.from(atob(shade), (byte) => byte.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  shades.forEach((value, i) => {
    const colour = value > 0 ? COLOURS.crowd : COLOURS.hole;
    image.data.set([...colour, STRENGTH * Math.abs(value)], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Its box as the plane takes it. */
export function densityRange({ box }) {
  return { x: [box.left, box.right], y: [box.bottom, box.top] };
}

/** What the two colours mean: [CSS colour, sentence] each. */
export const DENSITY_LEGEND = [
  [`rgb(${COLOURS.crowd})`, "more codes than expected: by the prior, or for an autoencoder by the Gaussian that fits its codes"],
  [`rgb(${COLOURS.hole})`, "fewer: a hole"],
];
