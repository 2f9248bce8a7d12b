// The plane that a walk goes through: its test digits, the path, its two ends, where one is, and the ground behind.

import { Ends } from "./ends.js";
import { HeatMap, heatLegend } from "./heat_map.js";
import { Legend } from "../plane/legend.js";
import { LEGEND, Legible } from "../plane/legible.js";
import { make } from "../parts/dom.js";
import { Marker } from "./marker.js";
import { PathLine } from "./path_line.js";
import { Scene } from "../plane/scene.js";

export class WalkMap {
  #scene;
  #classes; // as switches above the map
  #heat;
  #legible;
  #legend = make("p", { class: "continuity-legend" });
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
    this.#classes = new Legend(root, (hidden) => this.#scene.hide(hidden));
    root.append(this.#legend);
    const { stage, plane, theme } = this.#scene;
    this.#heat = this.#scene.add(new HeatMap(plane, theme));
    const failed = (sentence) => stage.setNotice("legible", sentence);
    this.#legible = this.#scene.add(new Legible(plane, theme, failed));
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

  /**
   * Show the test digits of one of the `models`, which decode from now on; `classes` are their names. Returns their decode channels; of the shown
   * one's the map tells how it is.
   */
  use(shown, models, classes) {
    this.#classes.show(classes);
    this.#scene.show(shown, undefined, classes);
    const channels = new Map(models.filter((model) => model !== shown).map((model) => [model, this.#scene.connect(model)]));
    return channels.set(shown, this.#scene.connect(shown));
  }

  showPrior(shown) {
    this.#scene.overlay.showPrior(shown);
  }

  /** What lies behind the points: a heat map as in heat_map.js, or where a digit can be read, or nothing. */
  showGround(heat, legible, checkpoint) {
    this.#legible.set({ shown: legible, checkpoint });
    this.#heat.show(heat);
    this.#legend.textContent = heat ? heatLegend(heat) : legible ? LEGEND : "";
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
