// The plane that a walk goes through: its test digits, the path, its two ends, where one is, and the ground behind.

import { Ends } from "./ends.js";
import { HeatMap } from "./heat_map.js";
import { createLegend } from "../plane/legend.js";
import { Marker } from "./marker.js";
import { PathLine } from "./path_line.js";
import { Scene } from "../plane/scene.js";

export class WalkMap {
  #scene;
  #heat;
  #line;
  #marker;
  #ends;
  #on;

  /**
   * Fills `root`. `on.known()` when a checkpoint's test digits are shown, `on.channelChanged` as in scene.js,
   * `on.moveEnd(name, z)` and `on.restEnds()` as an end is dragged and let go; `on.pin`, `on.nudge` and `on.rest` as
   * in gestures.js.
   */
  constructor(root, on) {
    this.#on = on;
    this.#scene = new Scene(root, { channelChanged: on.channelChanged });
    root.prepend(createLegend((hidden) => this.#scene.hide(hidden)));
    const { stage, plane, theme } = this.#scene;
    this.#heat = this.#scene.add(new HeatMap(plane, theme));
    this.#line = this.#scene.add(new PathLine(stage.above, plane));
    this.#marker = this.#scene.add(new Marker(stage.above, plane));
    this.#ends = this.#scene.add(new Ends(stage.above, plane, { move: on.moveEnd, rest: on.restEnds }));
    this.#scene.add({ known: on.known });
  }

  start(Plotly) {
    const { pin, nudge, rest } = this.#on;
    return this.#scene.start(Plotly, { pin, nudge, rest });
  }

  /** The test digits of the checkpoint in use, null as long as they are on their way. */
  get latents() {
    return this.#scene.latents;
  }

  /** Decode with another checkpoint and show its test digits. Returns its decode channel. */
  use(checkpoint) {
    this.#scene.show(checkpoint);
    return this.#scene.connect(checkpoint);
  }

  showPrior(shown) {
    this.#scene.overlay.showPrior(shown);
  }

  /** As in heat_map.js. */
  showHeat(heat) {
    this.#heat.show(heat);
  }

  /** As in path_line.js. */
  drawLine(kind, ...lines) {
    this.#line.draw(kind, ...lines);
  }

  placeEnds({ a, b }) {
    this.#ends.place({ a, b });
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
    this.#scene.dispose();
  }
}
