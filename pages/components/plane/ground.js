// A ground behind the points: Python's shades over a box of the plane, in colours.

/**
 * The shades of a layer ({shade: base64 bytes, row by row from the top, side}) as an image address. `Bytes` is the
 * typed array they are read as, `paint(shade)` the colour of one: [red, green, blue, alpha], 0 to 255.
 */
export function groundImage({ shade, side }, Bytes, paint) {
  const shades = Bytes.from(atob(shade), (byte) => byte.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  shades.forEach((value, i) => image.data.set(paint(value), 4 * i));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** A layer's box as the plane takes it. */
export function groundRange({ box }) {
  return { x: [box.left, box.right], y: [box.bottom, box.top] };
}
