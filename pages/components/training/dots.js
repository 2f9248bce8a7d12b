// The held-out images as dots that move from one snapshot's places to another's; a layer of the scene (plane/scene.js).

import { make } from "../parts/dom.js";

const MOVE_MS = 300;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Dots {
  #canvas = make("canvas", { class: "training-dots", "aria-hidden": "true" });
  #context = this.#canvas.getContext("2d");
  #plane;
  #theme;
  #hidden = new Set();
  #labels = new Uint8Array();
  #from = new Float32Array();
  #to = new Float32Array();
  #now = new Float32Array();
  #frame = 0;
  #settled;

  /** Draws below what lies in `above`; `settled()` is called when the dots have come to rest. */
  constructor(above, plane, theme, settled) {
    this.#plane = plane;
    this.#theme = theme;
    this.#settled = settled;
    above.prepend(this.#canvas);
  }

  /** Where the dots are going: Float32Array [z1, z2, ...], and the label of each; those of another run jump. */
  show(means, labels, { moving = true, over = MOVE_MS } = {}) {
    const jump = !moving || STILL.matches || means.length !== this.#now.length;
    this.#labels = labels;
    this.#from = jump ? means : this.#now.slice();
    this.#to = means;
    cancelAnimationFrame(this.#frame);
    if (jump) return this.#rest();
    const start = performance.now();
    const step = (time) => {
      const part = Math.min(Math.max((time - start) / over, 0), 1);
      if (part === 1) return this.#rest();
      this.#move(part * part * (3 - 2 * part));
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  hide(hidden) {
    this.#hidden = hidden;
    this.place();
  }

  themed(theme) {
    this.#theme = theme;
    this.place();
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
  }

  /** Follow the plane's axes. */
  place() {
    const { side } = this.#plane;
    const pixels = Math.round(side * devicePixelRatio);
    if (this.#canvas.width !== pixels) this.#canvas.width = this.#canvas.height = pixels;
    this.#draw(pixels / side);
  }

  #move(part) {
    this.#now = this.#from.map((value, i) => value + part * (this.#to[i] - value));
    this.place();
  }

  #rest() {
    this.#frame = 0;
    this.#now = this.#to;
    this.place();
    this.#settled();
  }

  #draw(scale) {
    const context = this.#context;
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const [left, top] = this.#plane.pixelOf(0, 0);
    const [right, bottom] = this.#plane.pixelOf(1, 1);
    const radius = scale * Math.min(Math.max(this.#plane.side / 230, 1.75), 3.5);
    this.#theme.digits.forEach((colour, digit) => {
      if (this.#hidden.has(digit)) return;
      context.fillStyle = colour;
      context.beginPath();
      for (let i = 0; i < this.#labels.length; i++) {
        if (this.#labels[i] !== digit) continue;
        const x = scale * (left + this.#now[2 * i] * (right - left));
        const y = scale * (top + this.#now[2 * i + 1] * (bottom - top));
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      }
      context.fill();
    });
  }
}
