// A digit as a file.

import { GreyCanvas, SIDE } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";
import { offerFile } from "../parts/file.js";

const SCALE = 20; // of a pixel's side, so that the picture is large enough for a slide

/** Save a picture, as in bus.js, as a PNG named after `noun`, its model and its place. */
export function save({ model, z1, z2, pixels }, noun) {
  const small = make("canvas");
  new GreyCanvas(small).draw(pixels);
  const large = make("canvas", { width: SIDE * SCALE, height: SIDE * SCALE });
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  large.toBlob((blob) => offerFile(blob, `${noun}_${model}_${z1}_${z2}.png`), "image/png");
}
