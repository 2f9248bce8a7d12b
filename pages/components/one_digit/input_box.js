// What goes into the encoder: a picture as it is, drawn, brought along, under noise, and in part rubbed out.

import { GreyCanvas } from "../parts/digit_canvas.js";
import { button, make } from "../parts/dom.js";
import { LiveSlider } from "../parts/live_slider.js";
import { same } from "../wire/teller.js";
import { Pad } from "./pad.js";
import { prepared } from "./prepare.js";
import { Rubber } from "./rubber.js";
import { spoiled } from "./spoiled.js";
import { Upload } from "./upload.js";

const MODES = { picture: "Picture", draw: "Draw", rub: "Rub out" };
const PENS = { Thin: 14, Medium: 22, Thick: 32 }; // pixels of the pad; MNIST's strokes are a tenth of their digit
const HINTS = {
  picture: "28 × 28 pixels. A picture may also be dropped here, or pasted.",
  draw: "Scaled to 20 pixels. Its centre of mass (+) is moved to the middle.",
  rub: "Rub over the picture: what is rubbed out has no ink.",
  empty: "Nothing is drawn yet: the picture stays as it was.",
  opening: "The picture is being opened.",
};

export class InputBox {
  element = make("div", { class: "input-box" });
  #on;
  #canvas = make("canvas", { "data-testid": "input" });
  #grey = new GreyCanvas(this.#canvas);
  #pad;
  #rubber;
  #upload;
  #slider;
  #noised = make("output", {});
  #hint = make("p", { class: "hint", role: "status" });
  #modes;
  #clean = new Uint8Array(784);
  #noise = 0;
  #table = null;
  #frame = 0;
  #drawn = false; // whether the pad has changed since the last frame

  /** `on.changed(seen)` in each frame in which a hand changes the picture, `on.rested()` when it is let go. */
  constructor(on) {
    this.#on = on;
    const touched = { changed: () => this.#schedule(), rested: () => this.#rest() };
    this.#rubber = new Rubber(this.#canvas, touched);
    this.#pad = new Pad(PENS.Medium, { changed: () => this.#draw(), rested: () => this.#rest() });
    this.#upload = new Upload(this.element, {
      begun: () => this.#say("opening"),
      opened: (picture) => this.#lay(picture),
      failed: (sentence) => this.#tell(sentence, true),
    });
    const move = (percent) => {
      this.#noise = Math.round(percent) / 100;
      this.#schedule();
    };
    const noise = { testid: "noise", label: "Noise: share of the pixels that are replaced", min: 0, max: 100, step: 1 };
    this.#slider = new LiveSlider({ ...noise, written: (percent) => `${percent} %` }, { move, rest: touched.rested });
    this.#build();
    this.#use("picture");
  }

  /** Take over what Python hands out: 784 bytes, 0 to 1, 98 bytes or null, {rank, grey}. `changed` is not called. */
  show({ clean, noise, rubbed, table }) {
    if (!same([...clean], [...this.#clean])) {
      this.#pad.empty(); // the picture is another one
      this.#use("picture");
    }
    this.#clean = Uint8Array.from(clean);
    this.#noise = noise;
    this.#rubber.bits = rubbed;
    this.#table = table;
    this.#paint();
  }

  /** The picture before anything was done to it, 784 grey values. */
  get clean() {
    return this.#clean;
  }

  /** Share of the pixels replaced by noise, 0 to 1. */
  get noise() {
    return this.#noise;
  }

  /** A bit a pixel, 98 bytes; null if nothing is rubbed out. */
  get rubbed() {
    return this.#rubber.bits;
  }

  /** The picture as the encoder sees it, 784 grey values. */
  get seen() {
    return spoiled({ clean: this.#clean, noise: this.#noise, rubbed: this.rubbed, table: this.#table });
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
    this.#upload.dispose();
  }

  #build() {
    const names = Object.entries(MODES);
    this.#modes = names.map(([mode, name]) => button(name, () => this.#use(mode), { "data-mode": mode }));
    const modes = make("div", { class: "modes", role: "group", "aria-label": "What to do with the picture" }, ...this.#modes);
    const picture = make("div", { class: "picture" }, this.#canvas, this.#rubber.element);
    const noise = make("label", { class: "noise" }, make("span", {}, "Noise ", this.#noised), this.#slider.element);
    this.element.append(modes, picture, this.#pad.element, ...this.#tools(), this.#hint, noise);
  }

  /** A row of tools for each mode. */
  #tools() {
    const pens = Object.entries(PENS).map(([name, width]) => {
      const pen = button("", () => choose(width), { class: "pen", "aria-label": `${name} pen`, title: `${name} pen` });
      pen.style.setProperty("--pen", width);
      return [width, pen];
    });
    const choose = (width) => {
      this.#pad.width = width;
      for (const [other, pen] of pens) pen.setAttribute("aria-pressed", other === width);
    };
    choose(this.#pad.width);
    const change = (deed) => () => {
      deed();
      this.#draw();
      this.#rest();
    };
    const undo = button("Undo", change(() => this.#pad.undo()));
    const clear = button("Clear", change(() => this.#pad.clear()));
    const restore = button("Restore", () => {
      this.#rubber.bits = null;
      this.#schedule();
      this.#rest();
    });
    const row = (mode, ...tools) => make("div", { class: "tools", "data-for": mode }, ...tools);
    const widths = pens.map(([, pen]) => pen);
    return [row("picture", this.#upload.element), row("draw", undo, clear, ...widths), row("rub", restore)];
  }

  #use(mode) {
    this.element.dataset.mode = mode;
    for (const choice of this.#modes) choice.setAttribute("aria-pressed", choice.dataset.mode === mode);
    this.#rubber.enabled = mode === "rub";
    this.#say(mode === "draw" && !prepared(this.#pad.sheet) ? "empty" : mode);
  }

  #lay(picture) {
    this.#pad.lay(picture);
    this.#use("draw");
    this.#draw();
    this.#rest();
  }

  #draw() {
    this.#drawn = true;
    this.#schedule();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  /** At the end of a gesture; what it changed last is shown before. */
  #rest() {
    if (this.#frame) this.#render();
    this.#on.rested();
  }

  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#drawn) this.#prepare();
    this.#drawn = false;
    this.#paint();
    this.#on.changed(this.seen);
  }

  /** What is drawn becomes the picture, whole; an empty pad changes nothing. */
  #prepare() {
    const preparation = prepared(this.#pad.sheet);
    this.#pad.mark(preparation);
    this.#say(preparation ? "draw" : "empty");
    if (!preparation) return;
    this.#clean = preparation.pixels;
    this.#rubber.bits = null;
  }

  #paint() {
    const percent = Math.round(this.#noise * 100);
    this.#slider.value = percent;
    this.#noised.textContent = `${percent} %`;
    if (this.#table) this.#grey.draw(this.seen);
  }

  #say(hint) {
    this.#tell(HINTS[hint]);
  }

  #tell(sentence, wrong = false) {
    this.#hint.toggleAttribute("data-wrong", wrong);
    if (this.#hint.textContent !== sentence) this.#hint.textContent = sentence; // said once
  }
}
