// A pad to draw on: ink on black, stroke by stroke, each of which can be taken back.

import { make, makeSvg } from "../parts/dom.js";
import { Hand } from "./hand.js";

export const PAD = 280; // pixels a side
const STEP = 7; // of an arrow key
const NAME = "Drawing pad. Arrow keys move the pen, Space puts it down and lifts it.";

export class Pad {
  element;
  width; // of the pen, in pixels of the pad
  #context;
  #finished = surface(); // all marks but the stroke that is being drawn
  #marks = []; // what draws each of them: strokes, pictures, and a clean sheet
  #stroke = null;
  #ring = makeSvg("circle", { class: "hand" });
  #bounds = makeSvg("rect", { class: "bounds" });
  #mass = makeSvg("path", { class: "mass" });

  /** `on.changed()` when the ink changes, `on.rested()` when a stroke ends. */
  constructor(width, on) {
    this.width = width;
    this.#context = surface();
    const { canvas } = this.#context;
    canvas.dataset.testid = "pad";
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", NAME);
    const over = makeSvg("svg", { viewBox: `0 0 ${PAD} ${PAD}`, "aria-hidden": "true" }, this.#bounds, this.#mass, this.#ring);
    this.element = make("div", { class: "pad" }, canvas, over);
    new Hand(canvas, { side: PAD, step: STEP }, {
      down: (point) => {
        this.#stroke = { width: this.width, points: [point] };
        on.changed();
      },
      move: (point) => {
        this.#stroke.points.push(point);
        on.changed();
      },
      up: () => {
        this.#add(strokeOf(this.#stroke));
        on.rested();
      },
      hover: (point) => this.#showHand(point),
    });
    this.empty();
  }

  /** What lies on it, as `prepared` takes it. */
  get sheet() {
    this.#context.drawImage(this.#finished.canvas, 0, 0);
    if (this.#stroke) strokeOf(this.#stroke)(this.#context);
    const { data } = this.#context.getImageData(0, 0, PAD, PAD);
    const ink = new Uint8Array(PAD * PAD);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i];
    return { ink, width: PAD, height: PAD };
  }

  undo() {
    this.#marks.pop();
    this.#redraw();
  }

  /** A clean sheet, which can be taken back, too. */
  clear() {
    if (this.#marks.length && this.#marks.at(-1) !== blank) this.#add(blank);
  }

  /** Forget all that was drawn. */
  empty() {
    this.#marks = [];
    this.#redraw();
    this.mark(null);
  }

  /** Lay a picture on a clean sheet, {ink, width, height}, as many times as large as fits. */
  lay(picture) {
    this.#add(pictureOf(picture));
  }

  /** Show where the ink's bounds and its centre of mass are; null: nowhere. */
  mark(preparation) {
    for (const part of [this.#bounds, this.#mass]) part.classList.toggle("absent", !preparation);
    if (!preparation) return;
    const { bounds, mass } = preparation;
    const { left: x, top: y, width, height } = bounds;
    for (const [name, value] of Object.entries({ x, y, width, height })) this.#bounds.setAttribute(name, value);
    this.#mass.setAttribute("d", `M${mass[0] - 9} ${mass[1]}h18M${mass[0]} ${mass[1] - 9}v18`);
  }

  #add(mark) {
    this.#stroke = null;
    this.#marks.push(mark);
    mark(this.#finished);
    this.#context.drawImage(this.#finished.canvas, 0, 0);
  }

  #redraw() {
    for (const mark of [blank, ...this.#marks]) mark(this.#finished);
    this.#context.drawImage(this.#finished.canvas, 0, 0);
  }

  #showHand(point) {
    this.#ring.classList.toggle("absent", !point);
    if (!point) return;
    const [cx, cy] = point;
    for (const [name, value] of Object.entries({ cx, cy, r: this.width / 2 })) this.#ring.setAttribute(name, value);
  }
}

function surface() {
  return make("canvas", { width: PAD, height: PAD }).getContext("2d", { willReadFrequently: true });
}

function blank(context) {
  context.fillStyle = "#000";
  context.fillRect(0, 0, PAD, PAD);
}

/** What draws a stroke: round, and curved from the middle of each two points to the next. */
function strokeOf({ width, points }) {
  return (context) => {
    Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: "#fff", fillStyle: "#fff" });
    context.beginPath();
    if (points.length === 1) {
      context.arc(...points[0], width / 2, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    context.moveTo(...points[0]);
    for (let i = 1; i < points.length - 1; i++) {
      const middle = points[i].map((value, axis) => (value + points[i + 1][axis]) / 2);
      context.quadraticCurveTo(...points[i], ...middle);
    }
    context.lineTo(...points.at(-1));
    context.stroke();
  };
}

/** What draws a picture, its pixels enlarged a whole number of times: so they survive being prepared. */
function pictureOf({ ink, width, height }) {
  const image = new ImageData(width, height);
  ink.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  const { canvas } = surface();
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  const times = Math.floor(PAD / Math.max(width, height));
  const [left, top] = [width, height].map((length) => Math.floor((PAD - times * length) / 2));
  return (context) => {
    blank(context);
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, left, top, times * width, times * height);
  };
}
