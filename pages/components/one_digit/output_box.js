// What comes out of the decoder: the picture, where it differs from what went in, and whether it is nearer to the original.

import { DigitCanvas, SIDE } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

const MISSING = [59, 130, 246]; // blue and red that stand out from light and dark paper, as strongly as the difference
const TOO_MUCH = [229, 72, 77];
const FULL = 255;
const DECIMALS = 3;

export class OutputBox {
  element = make("div", { class: "output-box" });
  #digit;
  #difference;
  #numbers = make("p", { "data-testid": "errors" });
  #verdict = make("p", { "data-testid": "verdict" });

  constructor() {
    const canvas = make("canvas", { role: "img", "aria-label": "The picture that the decoder draws" });
    this.#digit = new DigitCanvas(canvas);
    this.#difference = new DifferenceCanvas();
    const legend = make(
      "p",
      { class: "legend" },
      make("span", {}, "x′ − x"),
      make("span", {}, swatch(MISSING), "ink missing"),
      make("span", {}, swatch(TOO_MUCH), "ink too much"),
    );
    const words = make("div", { class: "words" }, this.#numbers, this.#verdict);
    this.element.append(canvas, this.#difference.canvas, legend, words);
  }

  /**
   * Show what `model` decodes at (z1, z2), `pixels`, beside what its encoder saw, `seen`, and the picture before noise and
   * rubber, `clean`: 784 grey values each. `spoiled` says whether the last two may differ.
   */
  draw({ model, z1, z2, pixels, seen, clean, spoiled }) {
    this.#digit.draw({ model, z1, z2, pixels });
    this.#difference.draw(pixels, seen);
    const [before, after] = [rounded(error(seen, clean)), rounded(error(pixels, clean))];
    const off = "Root mean square error";
    const numbers = `x\u00a0${before}, x′\u00a0${after}`;
    this.#numbers.textContent = spoiled ? `${off} to the original: ${numbers}.` : `${off} of x′: ${after}.`;
    this.#verdict.textContent = spoiled ? verdict(before, after) : "0 is no ink, 1 is full ink.";
  }
}

class DifferenceCanvas {
  canvas = make("canvas", {
    width: SIDE,
    height: SIDE,
    class: "difference",
    "data-testid": "difference",
    role: "img",
    "aria-label": "Where the decoded picture differs from what the encoder saw",
  });
  #context = this.canvas.getContext("2d", { willReadFrequently: true });
  #image = this.#context.createImageData(SIDE, SIDE);

  /** `pixels` minus `seen`: the colour says its sign, the opacity its size. */
  draw(pixels, seen) {
    pixels.forEach((grey, i) => {
      const difference = grey - seen[i];
      this.#image.data.set([...(difference < 0 ? MISSING : TOO_MUCH), Math.abs(difference)], 4 * i);
    });
    this.#context.putImageData(this.#image, 0, 0);
  }
}

/** Root mean square difference of two pictures, 0 to 1. */
function error(one, other) {
  const squares = one.reduce((sum, grey, i) => sum + (grey - other[i]) ** 2, 0);
  return Math.sqrt(squares / one.length) / FULL;
}

function rounded(value) {
  return value.toFixed(DECIMALS);
}

function verdict(before, after) {
  if (before === after) return "Both are as far from the original.";
  return Number(after) < Number(before) ? "x′ is nearer to the original than x." : "x is nearer to the original than x′.";
}

function swatch(colour) {
  const made = make("i", {});
  made.style.background = `rgb(${colour})`;
  return made;
}
