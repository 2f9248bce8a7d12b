// The map of a run's held-out images, and what its decoder draws: at the pointer, large, and over the plane, small.

import { said, written } from "../parts/coordinates.js";
import { DigitCanvas } from "../parts/digit_canvas.js";
import { DIGITS } from "../parts/classes.js";
import { make } from "../parts/dom.js";
import { landmarks } from "../plane/landmarks.js";
import { Legend } from "../plane/legend.js";
import { PinnedPoint } from "../plane/pinned_point.js";
import { Scene } from "../plane/scene.js";
import { clamped, kept } from "../wire/limits.js";
import { same } from "../wire/teller.js";
import { Dots } from "./dots.js";
import { Grid } from "./grid.js";
import { HistoryChannel } from "./history_channel.js";
import { squareOf, widthOf } from "./snapshots.js";

const NOTHING = { means: new Float32Array(), labels: new Uint8Array() }; // the dots are drawn by their own layer
const CROWDED = 0.15; // of the square's side: in a smaller cloud the classes' names would hide the dots
const NO_ANSWER = "The server does not answer. The pictures follow again as soon as it does.";

export class Theatre {
  #scene;
  #dots;
  #legend;
  #classes = DIGITS; // of the run's images: their names; empty without labels
  #grid = new Grid();
  #digit;
  #picture = make("canvas", { role: "img", "aria-label": "The decoded digit" });
  #place = make("figcaption", { class: "training-place" });
  #point = new PinnedPoint((picture) => this.#draw(picture));
  #hover = null; // the pointer's place while it is over the map
  #run = null;
  #channel = null;
  #square = null;
  #index = -1;
  #name = "";
  #tell;

  /** Fills `map` and `beside`; `tell()` is called when the point has been moved for good. */
  constructor(map, beside, pin, tell) {
    this.#tell = tell;
    const root = make("div", { class: "latent-map" });
    map.append(root);
    this.#scene = new Scene(root, { load: async () => NOTHING });
    this.#legend = new Legend(root, (hidden) => this.#hide(hidden));
    this.#legend.show(DIGITS);
    this.#dots = this.#scene.add(
      new Dots(this.#scene.stage.above, this.#scene.plane, this.#scene.theme, () => this.#writeNames()),
    );
    this.#digit = new DigitCanvas(this.#picture);
    const figure = make("figure", { class: "digit training-digit" }, this.#picture, this.#place);
    beside.append(make("div", { class: "training-pictures" }, figure, this.#grid.element));
    this.#startAt = pin;
  }

  #startAt;

  /** The pinned point, [z1, z2]. */
  get z() {
    return this.#point.z ?? this.#startAt;
  }

  async start(Plotly) {
    await this.#scene.start(Plotly, {
      preview: (z, underFinger) => this.#preview(z.map(clamped), underFinger),
      leave: () => this.#leave(),
      pin: (z) => {
        this.pin(z);
        this.#tell();
      },
      nudge: (step) => {
        this.pin(this.z.map((value, i) => value + step[i]));
        this.#scene.plane.reveal(...this.z);
      },
      rest: () => this.#tell(),
    });
  }

  /** A run (run.js), or more snapshots of the one that is shown; `classes` are the names of its labels. */
  meet(run, classes) {
    const { maps, status } = run;
    const isOther = run !== this.#run;
    if (isOther) this.#connect(run);
    const hasPrior = status.job.model.variational;
    const square = squareOf(maps.means, hasPrior, isOther ? null : this.#square);
    this.#scene.overlay.showPrior(hasPrior);
    if (!same(classes, this.#classes)) {
      this.#classes = classes;
      this.#legend.show(classes);
      this.#writeNames();
    }
    if (square === this.#square) return;
    this.#square = square;
    this.#scene.show(`${run.id} ${JSON.stringify(square)}`, square).then(() => this.#writeNames());
  }

  /** Show nothing, and why: a run has no snapshots yet, or has none at all. */
  empty(run, sentence) {
    if (run !== this.#run) this.#connect(run);
    this.say(sentence);
    this.#dots.show(NOTHING.means, NOTHING.labels, { moving: false });
    this.#scene.overlay.name([], new Set());
    this.#scene.stage.plot.setAttribute("aria-busy", "false");
  }

  /** Show a snapshot of the run that was met; `over` is for how long the dots move. */
  show(index, name, over) {
    if (index === this.#index) return;
    const { maps, id } = this.#run;
    const moving = this.#index >= 0;
    this.#index = index;
    this.#name = name;
    this.#dots.show(maps.means[index], maps.labels, { moving, over });
    this.#scene.stage.plot.dataset.epoch = maps.epochs[index];
    this.#point.use(`${id}.${maps.epochs[index]}`, this.#channel.at(index));
    if (!this.#point.z) this.pin(this.#startAt);
    else if (this.#hover) this.#point.preview(this.#hover);
    else this.#point.place(this.#point.z);
    this.#grid.show(this.#channel, index, this.#square, id, name);
  }

  /** Put the point at z. */
  pin(z) {
    const there = kept(z);
    this.#scene.overlay.mark("preview", null);
    this.#scene.overlay.mark("pin", there);
    if (this.#channel) this.#point.place(there);
    else this.#startAt = there;
    this.#scene.stage.speak(there, `The picture is decoded ${this.#name === "before training" ? "" : "at "}${this.#name}.`);
  }

  say(sentence) {
    this.#scene.stage.setNotice("run", sentence);
  }

  retheme() {
    this.#scene.retheme();
  }

  dispose() {
    this.#channel?.close();
    this.#grid.dispose();
    this.#scene.dispose();
  }

  #connect(run) {
    this.#channel?.close();
    this.#run = run;
    this.#index = -1;
    this.#square = null;
    this.#channel = new HistoryChannel(run.id, ({ open, sentence }) => {
      this.#scene.stage.setNotice("channel", open ? "" : sentence || NO_ANSWER);
    });
  }

  #preview(z, underFinger) {
    if (underFinger) this.#scene.overlay.mark("preview", z);
    this.#hover = z;
    if (this.#channel) this.#point.preview(z);
  }

  #leave() {
    this.#hover = null;
    this.#scene.overlay.mark("preview", null);
    if (this.#channel) this.#point.leave();
  }

  #draw(picture) {
    this.#digit.draw(picture);
    this.#place.textContent = `z₁ ${written(picture.z1)}  z₂ ${written(picture.z2)}, ${this.#name}`;
    this.#picture.setAttribute("aria-label", `The decoded digit at z1 ${said(picture.z1)}, z2 ${said(picture.z2)}, ${this.#name}`);
  }

  #hide(hidden) {
    this.#scene.hide(hidden);
    this.#dots.hide(hidden);
    this.#writeNames();
  }

  #writeNames() {
    if (this.#index < 0) return;
    const { labels, means: all } = this.#run.maps;
    const means = all[this.#index];
    const { x } = this.#square;
    const isWritten = this.#classes.length && widthOf(means) >= CROWDED * (x[1] - x[0]);
    this.#scene.overlay.name(isWritten ? landmarks({ means, labels }) : [], this.#scene.hidden, this.#classes);
  }
}
