// The plane that a walk goes through: its test digits, the path, its two ends, where one is, and the ground behind.

import { Ends } from "./ends.js";
import { listenToGestures } from "../plane/gestures.js";
import { groundRange } from "../plane/ground.js";
import { heatImage } from "./heat_map.js";
import { createLegend } from "../plane/legend.js";
import { Marker } from "./marker.js";
import { PathLine } from "./path_line.js";
import { OPACITY } from "../plane/plane.js";
import { Scene } from "../plane/scene.js";

const NOTHING = () => {};

export class WalkMap {
  #scene;
  #line;
  #marker;
  #ends;
  #places = null; // of the ends: {a, b}
  #heat = null;
  #on;
  #stopGestures = NOTHING;

  /**
   * Fills `root`. `on.known()` when a checkpoint's test digits are shown, `on.moveEnd(name, z)` and `on.restEnds()` as an
   * end is dragged and let go; `on.pin`, `on.nudge` and `on.rest` as in gestures.js.
   */
  constructor(root, Plotly, on) {
    this.#on = on;
    this.#scene = new Scene(root, Plotly, {
      moved: () => this.#follow(),
      settled: NOTHING,
      known: () => {
        this.#paintHeat(); // a new map has come without it
        on.known();
      },
      themed: () => this.#paintHeat(),
    });
    root.prepend(createLegend((hidden) => this.#scene.hide(hidden)));
    const { stage, plane } = this.#scene;
    this.#line = new PathLine(stage.above, plane);
    this.#marker = new Marker(stage.above, plane);
    this.#ends = new Ends(stage.above, plane, { move: on.moveEnd, rest: on.restEnds });
  }

  async start() {
    await this.#scene.start();
    const { pin, nudge, rest } = this.#on;
    this.#stopGestures = listenToGestures(this.#scene.stage.plot, this.#scene.plane, { pin, nudge, rest });
  }

  /** The test digits of the checkpoint in use, null as long as they are on their way. */
  get latents() {
    return this.#scene.latents;
  }

  use(checkpoint) {
    this.#scene.use(checkpoint);
  }

  showPrior(shown) {
    this.#scene.overlay.showPrior(shown);
  }

  setNotice(topic, sentence) {
    this.#scene.stage.setNotice(topic, sentence);
  }

  /** Lay Python's heat map behind the points; null removes it. */
  showHeat(heat) {
    if (heat?.shade === this.#heat?.shade) return;
    this.#heat = heat;
    this.#paintHeat();
  }

  /** As in path_line.js. */
  drawLine(kind, ...lines) {
    this.#line.draw(kind, ...lines);
  }

  placeEnds({ a, b }) {
    this.#places = { a, b };
    this.#ends.place(this.#places);
  }

  /** "You are here", at z. */
  mark(z) {
    this.#marker.place(z);
  }

  /** Show the whole map and `places` on it, unless they are in view already. */
  reveal(places) {
    const { plane } = this.#scene;
    const { x, y } = plane.range;
    const outside = ([z1, z2]) => z1 < x[0] || z1 > x[1] || z2 < y[0] || z2 > y[1];
    if (places.some(outside)) plane.viewAll(places);
  }

  retheme() {
    this.#scene.retheme();
  }

  dispose() {
    this.#stopGestures();
    this.#ends.dispose();
    this.#scene.dispose();
  }

  /** The plane's axes have moved. */
  #follow() {
    this.#line.place();
    this.#marker.place();
    if (this.#places) this.#ends.place(this.#places);
  }

  #paintHeat() {
    const heat = this.#heat;
    const { plane, theme } = this.#scene;
    plane.setOpacity(heat ? OPACITY.over : OPACITY.alone);
    plane.setBackdrop(heat && heatImage(heat, theme.ink), heat && groundRange(heat));
  }
}
