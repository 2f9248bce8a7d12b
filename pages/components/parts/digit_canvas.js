// Canvases of 28 x 28 pixels, enlarged by CSS: any grey picture, and the one that says which point it decodes.

export const SIDE = 28;

export class GreyCanvas {
  #context;
  #image;

  /** Takes over `canvas`. */
  constructor(canvas) {
    canvas.width = canvas.height = SIDE;
    // A picture of 784 pixels is drawn faster from main memory than by way of the GPU.
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.#image = this.#context.createImageData(SIDE, SIDE);
  }

  /** Draw 784 grey values, 0 black to 255 white, row by row. */
  draw(pixels) {
    const rgba = this.#image.data;
    for (let i = 0; i < pixels.length; i++) {
      const at = 4 * i;
      rgba[at] = rgba[at + 1] = rgba[at + 2] = pixels[i];
      rgba[at + 3] = 255;
    }
    this.#context.putImageData(this.#image, 0, 0);
  }
}

export class DigitCanvas {
  #canvas;
  #grey;
  #frames = 0;

  /** Takes over `canvas`. */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#grey = new GreyCanvas(canvas);
    canvas.dataset.testid = "digit";
    canvas.dataset.frames = "0";
  }

  /** Draw 784 grey values: the picture `model` decodes at (z1, z2). */
  draw({ model, z1, z2, pixels }) {
    this.#grey.draw(pixels);
    this.#frames += 1;
    Object.assign(this.#canvas.dataset, { model, z1, z2, frames: this.#frames });
  }
}
