// One of two linked planes: a model's test digits, the point that is shown, its digit, and how many random places are digits.

import { written } from "../parts/coordinates.js";
import { densityImage } from "./density_map.js";
import { DigitCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";
import { groundRange } from "../plane/ground.js";
import { Legible } from "../plane/legible.js";
import { PinnedPoint } from "../plane/pinned_point.js";
import { OPACITY, squareAround } from "../plane/plane.js";
import { PosteriorEllipses } from "./posterior_ellipses.js";
import { Scene } from "../plane/scene.js";
import { ShareBar } from "./share_bar.js";

const OUTSIDE = "The place lies outside this map, beyond the dashed ring.";

export class TwinHalf {
  element;
  #side;
  rung = null; // as Python describes it, of the model on show
  #home;
  #scene;
  #digit;
  #point = new PinnedPoint((picture) => this.#draw(picture));
  #ellipses;
  #legible;
  #layer = null;
  #pinned = ""; // model and point
  #title;
  #canvas = make("canvas", { role: "img" });
  #coordinates = [make("b"), make("b")];
  #share = new ShareBar();
  #isOutside = false;
  #on;

  /**
   * The half at `side`. `load` finds test digits as `fetchLatents` does, `home` is half the width of a VAE's first view.
   * `on` hears of gestures (see gestures.js), and `on.known()` when a model's test digits are shown.
   */
  constructor({ side, load, home }, on) {
    this.#on = on;
    this.#side = side;
    this.#home = squareAround([0, 0], home);
    this.#title = make("h2");
    const [z1, z2] = this.#coordinates;
    const point = make("span", { class: "digit-point" }, "z₁ ", z1, " z₂ ", z2);
    const digit = make("figure", { class: "digit" }, this.#canvas, make("figcaption", {}, point));
    const map = make("div", { class: "latent-map" });
    const beside = make("div", { class: "twin-beside" }, digit, this.#share.element);
    this.element = make("section", { class: "twin-half", "data-side": side });
    this.element.append(this.#title, map, beside);
    this.#digit = new DigitCanvas(this.#canvas);
    this.#scene = new Scene(map, { load });
    this.#ellipses = this.#scene.add(new PosteriorEllipses(this.#scene.stage.above, this.#scene.plane));
    const { plane, theme, stage } = this.#scene;
    this.#legible = this.#scene.add(new Legible(plane, theme, (sentence) => stage.setNotice("legible", sentence)));
    this.#scene.add({ known: () => this.#meet(), place: () => this.#tellOutside() });
  }

  start(Plotly) {
    return this.#scene.start(Plotly, this.#on);
  }

  /** [z1, z2] that is pinned here, or null before the first one. */
  get z() {
    return this.#point.z;
  }

  /** The same, or where it would be closest to it in what is visible. */
  get inView() {
    return this.#intoView(this.z);
  }

  /** Show another model: its name now, its map in the same frame if its test digits are here. */
  use(rung) {
    const other = rung.name !== this.rung?.name;
    this.rung = rung;
    this.#title.textContent = rung.title;
    const name = `At the ${this.#side}, ${rung.title}`; // both halves may show the same model
    this.element.setAttribute("aria-label", name);
    this.#scene.stage.setName(name);
    this.#canvas.setAttribute("aria-label", `${name}: the decoded digit`);
    if (!other) return;
    this.#pinned = ""; // is decoded again, even if a model comes back whose successor never pinned anything
    this.#layer = null;
    this.#ellipses.draw();
    this.#legible.set({ shown: false });
    this.#scene.overlay.mark("preview", null);
    this.#point.use(rung.name, this.#scene.connect(rung.name));
    this.#scene.show(rung.name, rung.variational ? this.#home : undefined, rung.classes);
    this.#scene.overlay.showPrior(rung.variational);
    this.#scene.plane.setOpacity(OPACITY.alone);
  }

  /** Pin z and show its digit, which is decoded only once. */
  pin(z) {
    const pinned = `${this.rung.name} ${z}`;
    if (pinned === this.#pinned) return this.leave();
    this.#pinned = pinned;
    this.#phase = "pin";
    this.#scene.overlay.mark("preview", null);
    this.#scene.overlay.mark("pin", z);
    this.#point.place(z);
    this.#tellOutside(z);
  }

  /** Show the digit of z in passing, with a ring at its place: what a class looks at is seldom the mouse. */
  preview(z) {
    this.#phase = "preview";
    this.#scene.overlay.mark("preview", z);
    this.#point.preview(z);
    this.#tellOutside(z);
  }

  /** Show the pinned point again. */
  leave() {
    if (this.element.dataset.phase !== "preview") return;
    this.#phase = "pin";
    this.#scene.overlay.mark("preview", null);
    this.#point.leave();
    this.#tellOutside();
  }

  /** How many random places are digits, as `ShareBar` takes it; `busy` if that is another model's. */
  share(share, busy) {
    this.#share.show(share);
    this.#share.busy = busy;
  }

  /** Bring the pinned point into view. */
  reveal() {
    this.#scene.plane.reveal(...this.z);
  }

  speak() {
    this.#scene.stage.speak(this.z, this.rung.title);
  }

  hide(hidden) {
    this.#scene.hide(hidden);
  }

  /** Lay Python's density or ellipses over the plane, or the judge's certainty behind it; null removes them. */
  cover(layer) {
    if (JSON.stringify(layer) === JSON.stringify(this.#layer)) return;
    this.#layer = layer;
    const isLegible = layer?.kind === "legible";
    this.#ellipses.draw(layer?.kind === "ellipses" ? layer : undefined);
    this.#legible.set({ shown: isLegible, checkpoint: this.rung.name });
    if (isLegible) return; // it paints by itself
    this.#scene.plane.setOpacity(layer ? OPACITY.faint : OPACITY.alone);
    this.#paint();
  }

  retheme() {
    this.#scene.retheme();
  }

  dispose() {
    this.#scene.dispose();
  }

  set #phase(phase) {
    this.element.dataset.phase = phase;
  }

  /** A model's test digits have come, and the ground behind them is empty again. */
  #meet() {
    this.#scene.stage.plot.dataset.model = this.rung.name;
    if (this.#layer?.kind === "density") this.#paint();
    this.#on.known();
  }

  /** Say so if z, the pinned point if it is left out, is not in what is visible. */
  #tellOutside(z = this.z) {
    if (!z) return;
    const isOutside = this.#intoView(z).some((value, axis) => value !== z[axis]);
    if (isOutside === this.#isOutside) return;
    this.#isOutside = isOutside;
    this.#scene.stage.setNotice("outside", isOutside ? OUTSIDE : "");
  }

  #intoView(z) {
    const { x, y } = this.#scene.plane.range;
    return z.map((value, axis) => Math.min(Math.max(value, [x, y][axis][0]), [x, y][axis][1]));
  }

  #paint() {
    const density = this.#layer?.kind === "density" ? this.#layer : null;
    this.#scene.plane.setBackdrop(density && densityImage(density), density && groundRange(density));
  }

  #draw({ model, z1, z2, pixels }) {
    this.#digit.draw({ model, z1, z2, pixels });
    [z1, z2].forEach((value, axis) => (this.#coordinates[axis].textContent = written(value)));
  }
}
