// One model's walk: its digit at t, what the judge reads in it, eleven digits on the way, and below them what is read
// all along the way and where no code lives.

import { make } from "../parts/dom.js";
import { DigitCanvas } from "../parts/digit_canvas.js";
import { Filmstrip } from "./filmstrip.js";
import { reading, said } from "./judge.js";
import { PathPictures } from "./path_pictures.js";
import { cursor, runs } from "./plot.js";

const NAMED = 0.05; // of the path's length: a reading that holds for less is not written into its stretch
const EMPTY = "no code lives near";

export class Lane {
  element;
  model = null;
  channel = null; // its decode channel
  known = null; // {title, change, density, empty, classes, ...} as Python tells it, and what is `read`
  points = new Float32Array(4); // of the path
  #canvas = make("canvas", { role: "img" });
  #digit = new DigitCanvas(this.#canvas);
  #title = make("b", {});
  #caption = make("figcaption", {});
  #reading = make("output", { class: "reading", "data-testid": "reading" });
  #film;
  #read = make("div", { class: "read", title: "What the judge reads on the way; blank: no digit, or none for sure" });
  #empty = make("div", { class: "empty", title: "Hatched: no code lives near" });
  #pictures = new PathPictures((one, frames) => this.#draw(one, frames));
  #t = 0;
  #frames = null;
  #drawn;

  /** Number `index` of two. `go(t)` as a frame of the film is chosen; `drawn(t, frames)` hears of every picture. */
  constructor(index, { go, drawn }) {
    this.#drawn = drawn;
    const title = (part) => `Go to t = ${part.toFixed(1)}`;
    this.#film = new Filmstrip({ testid: "filmstrip", title }, go);
    const swatch = make("i", { class: "swatch", "aria-hidden": "true" });
    const head = make("p", { class: "head" }, swatch, this.#title, " ", this.#reading);
    const bands = make("div", { class: "bands" }, this.#read, this.#empty, cursor());
    this.element = make(
      "section",
      { class: `continuity-lane lane-${index}`, "data-testid": "lane" },
      make("figure", { class: "picture" }, this.#canvas, this.#caption),
      make("div", { class: "way" }, head, this.#film.element, bands),
    );
  }

  /** Another decoder, or the same one; nothing is asked for yet. */
  use(model, channel, title) {
    this.model = model;
    this.channel = channel;
    this.#title.textContent = this.#caption.textContent = title;
    this.#canvas.setAttribute("aria-label", `The picture that the ${title} decodes`);
    this.element.dataset.model = model;
    this.#pictures.use(channel, this.points);
  }

  /** Another path [z1, z2, ...]; nothing is asked for yet. */
  set path(points) {
    this.points = points;
    this.#pictures.use(this.channel, points);
  }

  /** What is known along the path has come. */
  learn(known, confident) {
    this.known = { ...known, read: known.classes?.map((each) => reading(each, confident)) };
    this.busy = false;
    this.#read.hidden = !this.known.read;
    this.#read.replaceChildren(...(this.known.read ? stretches(this.known.read) : []));
    this.#empty.replaceChildren(...hatches(known.empty));
  }

  /** Whether what is known belongs to another path. */
  set busy(busy) {
    this.element.setAttribute("aria-busy", String(busy));
  }

  get busy() {
    return this.element.getAttribute("aria-busy") === "true";
  }

  /** Decode the whole path, and show the point that is shown again as soon as that is here. */
  decode() {
    this.#pictures.decode(() => this.show(this.#t));
  }

  /** Show the point at part t of the path. */
  show(t) {
    this.#t = t;
    this.#film.mark(t);
    this.#write(t);
    this.#pictures.show(Math.round(t * (this.points.length / 2 - 1)));
  }

  /** Show the picture of one point, whatever the path. */
  draw([z1, z2], pixels) {
    this.#digit.draw({ model: this.model, z1, z2, pixels });
  }

  dispose() {
    this.#pictures.dispose();
  }

  #write(t) {
    const { read, empty } = this.known ?? {};
    const at = (values) => values[Math.round(t * (values.length - 1))];
    const parts = !this.known || this.busy ? [] : [read && said(at(read)), at(empty) && EMPTY];
    const text = parts.filter(Boolean).join(" · ");
    if (text !== this.#reading.textContent) this.#reading.textContent = text;
  }

  #draw({ t, z, pixels }, frames) {
    this.draw(z, pixels);
    if (frames !== this.#frames) this.#film.draw(frames.points, frames.pictures);
    this.#frames = frames;
    this.#drawn(t, frames);
  }
}

/** A coloured stretch for every digit that is read, with its name where there is room. */
function stretches(read) {
  return runs(read)
    .filter(({ value }) => value >= 0)
    .map(({ value, from, to }) => {
      const stretch = placed(make("b", {}, to - from >= NAMED ? value : ""), from, to);
      stretch.style.setProperty("--colour", `var(--digit-${value})`);
      return stretch;
    });
}

function hatches(empty) {
  return runs(empty)
    .filter(({ value }) => value)
    .map(({ from, to }) => placed(make("i", {}), from, to));
}

/** An element, laid from one part of the band to another. */
function placed(element, from, to) {
  Object.assign(element.style, { left: `${100 * from}%`, width: `${100 * (to - from)}%` });
  return element;
}
