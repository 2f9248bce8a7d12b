// Many draws of the noise: a point of the plane and a decoded picture for each, to be picked.

import { number } from "../parts/chart.js";
import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";
import { PIXELS } from "../wire/decode_channel.js";

const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export class NoiseCloud {
  element;
  draws = []; // [[eps1, eps2], ...]
  #points = [];
  #pictures = make("div", { class: "cloud-pictures", role: "group", "aria-label": "Draws of epsilon" });
  #title = make("h2");
  #canvases = [];
  #decoding = new AbortController();

  /** `picked(eps)` hears which draw was picked, `cleared()` that none are wanted any more. */
  constructor({ picked, cleared }) {
    const close = make("button", { type: "button" }, "Hide draws");
    close.addEventListener("click", cleared);
    const header = make("header", {}, this.#title, close);
    this.element = make("section", { class: "cloud-strip", hidden: "" }, header, this.#pictures);
    this.#pictures.addEventListener("click", ({ target }) => {
      const index = [...this.#pictures.children].indexOf(target.closest("button"));
      if (index >= 0) picked(this.draws[index]);
    });
    this.#pictures.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Make `count` draws from N(0, I), each coordinate within `farthest`; 0 ends the cloud. */
  draw(count, farthest) {
    this.draws = Array.from({ length: count }, () => [normal(farthest), normal(farthest)]);
    this.#points = [];
    this.element.hidden = count === 0;
    this.#title.textContent = `${count} draws of ε around μ: pick one to use it.`;
    const buttons = this.draws.map((eps, i) => this.#thumbnail(eps, i));
    this.#canvases = buttons.map(({ firstChild }) => new GreyCanvas(firstChild));
    this.#pictures.replaceChildren(...buttons);
  }

  /** The points z of the draws, {mean, deviation} being the posterior: [[z1, z2], ...]. */
  pointsOf({ mean, deviation }) {
    return this.draws.map((eps) => eps.map((value, i) => mean[i] + deviation[i] * value));
  }

  /** Decode `points` by way of the channel and draw them; what was asked for before is given up. */
  async decode(points, channel) {
    if (JSON.stringify(points) === JSON.stringify(this.#points)) return;
    this.#points = points;
    this.#decoding.abort();
    this.#decoding = new AbortController();
    const { signal } = this.#decoding;
    if (!points.length) return;
    const wanted = channel.batch(Float32Array.from(points.flat()), signal);
    const pictures = await wanted.catch(() => null); // given up for newer ones
    if (!pictures || signal.aborted) return;
    this.#canvases.forEach((canvas, i) => {
      canvas.draw(pictures.subarray(PIXELS * i, PIXELS * (i + 1)));
      const [z1, z2] = points[i];
      Object.assign(this.#pictures.children[i].firstChild.dataset, { z1, z2 });
    });
  }

  dispose() {
    this.#decoding.abort();
  }

  #thumbnail(eps, i) {
    const [eps1, eps2] = eps.map((value) => number(value, 2));
    const canvas = make("canvas", { "data-testid": "cloud-digit", "data-eps1": eps[0], "data-eps2": eps[1] });
    const name = `Draw ${i + 1}: epsilon ${eps1}, ${eps2}`;
    const about = { "aria-label": name, title: `ε = (${eps1}, ${eps2})`, tabindex: i ? -1 : 0 };
    return make("button", { type: "button", ...about }, canvas);
  }

  /** The arrow keys go from one draw to the next: only one of them is a stop of the Tab key. */
  #walk(event) {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.#pictures.children];
    const at = buttons.indexOf(event.target);
    const next = buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/** A draw from the standard normal distribution (Box and Muller 1958), again until it is within `farthest`. */
export function normal(farthest) {
  for (;;) {
    const value = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    if (Math.abs(value) <= farthest) return Number(value.toFixed(4));
  }
}
