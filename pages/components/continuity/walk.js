// A walk through the latent plane: two ends, the path between them, and the digits along it, all moving together.
// Nothing here waits for Python while something is dragged; Python hears of what was let go (see continuity.py).

import { FRAMES } from "./filmstrip.js";
import { heatLegend } from "./heat_map.js";
import { PathPictures, picture } from "./path_pictures.js";
import { pathPoints } from "./path_points.js";
import { loadPlotly } from "../plane/plane.js";
import { kept, rounded } from "../wire/limits.js";
import { same, Teller } from "../wire/teller.js";
import { createWalkControls } from "./walk_controls.js";
import { WalkMap } from "./walk_map.js";

const GLIDE = 0.6; // part of the way to t gone in a frame: hands report more seldom than a screen draws

/** Build the walk inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const Plotly = await loadPlotly(new URL(data.plotly, document.baseURI));
  const walk = new Continuity(root, data);
  await walk.start(Plotly);
  return walk;
}

class Continuity {
  #root;
  #map;
  #panel;
  #slider;
  #film;
  #curves;
  #axes;
  #player;
  #pictures = new PathPictures((one, frames) => this.#draw(one, frames));
  #channel = null;
  #checkpoint = null;
  #walk = { a: [0, 0], b: [0, 0], t: 0, mode: "path", point: [0, 0] };
  #shown = 0; // where on the way to the walk's t the pictures are
  #stillness = matchMedia("(prefers-reduced-motion: reduce)");
  #teller;
  #kind = "straight";
  #path = null; // which kind of path the points are; null before the first
  #points = new Float32Array(4); // of the path
  #count = 2;
  #extent = [-3, 3]; // least and greatest coordinate of the test digits
  #frames = null; // the film's frames drawn last
  #frame = 0;

  constructor(root, { seen }) {
    this.#root = root;
    this.#teller = new Teller("walk", seen);
    this.#map = new WalkMap(root.querySelector(".latent-map"), {
      known: () => this.#meet(),
      channelChanged: (condition) => (this.#panel.condition = condition),
      moveEnd: (name, z) => this.#moveEnd(name, z),
      restEnds: () => this.#restEnds(),
      pin: (z) => this.#click(z),
      nudge: (step) => this.#nudge(step),
      rest: () => this.#tellSoon(),
    });
    const controls = createWalkControls(root.querySelector(".continuity-panel"), {
      go: (t) => {
        this.#player.pause();
        this.#walk.t = t;
        this.#schedule();
      },
      play: (t) => {
        this.#walk.t = t;
        this.#render();
      },
      along: (axis, value) => this.#moveAlong(axis, value),
      rest: () => this.#tellSoon(),
      mode: (mode) => this.#switch(mode),
      toggle: () => (this.#player.playing ? this.#player.pause() : this.#player.play(this.#walk.t)),
    });
    ({
      panel: this.#panel,
      slider: this.#slider,
      film: this.#film,
      curves: this.#curves,
      axes: this.#axes,
      player: this.#player,
    } = controls);
  }

  async start(Plotly) {
    await this.#map.start(Plotly);
  }

  /** Streamlit's newest arguments. What was moved here since Python was told stays as it is here. */
  update(component) {
    const { data } = component;
    const news = this.#teller.news(component, data.walk);
    if (data.checkpoint !== this.#checkpoint) this.#use(data.checkpoint);
    this.#map.showPrior(data.show_prior);
    this.#map.showHeat(data.heat_map);
    this.#panel.legend = data.heat_map ? heatLegend(data.heat_map) : "";
    if (news) this.#adopt(data, news);
    this.#map.retheme();
  }

  dispose() {
    this.#teller.dispose();
    cancelAnimationFrame(this.#frame);
    this.#player.pause();
    this.#pictures.dispose();
    this.#map.dispose();
  }

  #use(checkpoint) {
    this.#checkpoint = checkpoint;
    this.#channel = this.#map.use(checkpoint);
    if (this.#path) this.#setPath(this.#path, this.#points);
  }

  /** The test digits have come: the view is new, and the axes' sliders know how far they go. */
  #meet() {
    const { means } = this.#map.latents;
    this.#extent = [means.reduce((low, z) => Math.min(low, z)), means.reduce((high, z) => Math.max(high, z))];
    this.#spanAxes();
    this.#reveal();
    this.#render();
  }

  /** Take over what Python sends, `changed` being the parts of the walk that it has changed. */
  #adopt({ walk, kind, traversal }, changed) {
    for (const name of changed) this.#walk[name] = walk[name];
    if (changed.includes("t")) this.#shown = walk.t;
    this.#kind = kind;
    this.#count = traversal.points.length / 2;
    if (changed.includes("mode")) this.#showMode();
    if (changed.includes("point")) this.#spanAxes();
    if (same(walk.a, this.#walk.a) && same(walk.b, this.#walk.b)) this.#take(kind, traversal);
    else this.#goLocally();
    if (changed.some((name) => name === "a" || name === "b" || name === "mode" || name === "point")) this.#reveal();
    this.#schedule();
  }

  /** The path as Python computed it, with all that is known along it. */
  #take(kind, traversal) {
    const points = Float32Array.from(traversal.points);
    this.#map.placeEnds(this.#walk);
    if (kind !== this.#path || !near(points, this.#points)) this.#setPath(kind, points);
    this.#curves.draw(traversal);
  }

  #setPath(kind, points) {
    this.#path = kind;
    this.#points = points;
    this.#pictures.use(this.#channel, points);
    if (this.#walk.mode === "path") this.#map.drawLine(kind, points);
    this.#render();
    this.#decode();
  }

  #decode() {
    this.#pictures.decode(() => this.#render());
  }

  /** The path as it can be told without Python: the geodesic's place is taken by the straight line. */
  #goLocally() {
    const { a, b } = this.#walk;
    const kind = this.#kind === "geodesic" ? "straight" : this.#kind;
    this.#path = kind;
    this.#points = pathPoints(kind, a, b, this.#count);
    this.#pictures.use(this.#channel, this.#points);
    this.#map.placeEnds(this.#walk);
    this.#map.drawLine(kind, this.#points);
    this.#curves.wait();
    this.#schedule();
  }

  #moveEnd(name, z) {
    this.#walk[name] = kept(z);
    this.#goLocally();
  }

  #restEnds() {
    this.#decode();
    this.#tellNow();
  }

  #click(z) {
    if (this.#walk.mode === "axes") {
      this.#movePoint(z);
      this.#tellNow();
      return;
    }
    const { a, b } = this.#walk;
    const away = (end) => Math.hypot(end[0] - z[0], end[1] - z[1]);
    this.#moveEnd(away(a) <= away(b) ? "a" : "b", z);
    this.#restEnds();
  }

  /** Arrow keys on the plane: a step along the path, or of the point. */
  #nudge(step) {
    if (this.#walk.mode === "axes") return this.#movePoint(this.#walk.point.map((value, axis) => value + step[axis]));
    this.#player.pause();
    const next = this.#walk.t + Math.sign(step[0] + step[1]) / (this.#count - 1);
    this.#walk.t = Math.min(Math.max(next, 0), 1);
    this.#schedule();
  }

  #moveAlong(axis, value) {
    const z = [...this.#walk.point];
    z[axis] = value;
    this.#movePoint(z);
  }

  #movePoint(z) {
    this.#walk.point = kept(z);
    this.#spanAxes();
    this.#schedule();
  }

  #switch(mode) {
    if (mode === this.#walk.mode) return;
    this.#walk.mode = mode;
    this.#showMode();
    this.#reveal();
    this.#schedule();
    this.#tellNow();
  }

  #showMode() {
    const { mode } = this.#walk;
    this.#root.dataset.mode = mode;
    this.#panel.mode = mode;
    this.#frames = null;
    if (mode === "axes") this.#player.pause();
    else if (this.#path) this.#setPath(this.#path, this.#points);
  }

  /** The sliders reach over all test digits, and the point. */
  #spanAxes() {
    const { point } = this.#walk;
    this.#axes.range = [Math.floor(Math.min(this.#extent[0], ...point)), Math.ceil(Math.max(this.#extent[1], ...point))];
  }

  /** Bring what moves into view. */
  #reveal() {
    const { mode, point, a, b } = this.#walk;
    this.#map.reveal(mode === "axes" ? [point] : [a, b]);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  /** Everything that moves with t, or with the point of axis mode, in one frame. */
  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#walk.mode === "axes") this.#renderAxes();
    else if (this.#path) this.#renderPath();
  }

  #renderPath() {
    const last = this.#points.length / 2 - 1;
    const i = Math.round(this.#glide(1 / last) * last);
    const t = i / last;
    const z = [this.#points[2 * i], this.#points[2 * i + 1]];
    this.#slider.value = this.#walk.t;
    this.#map.mark(z);
    this.#film.mark(t);
    this.#curves.point(t);
    this.#panel.write(t, ...z);
    this.#pictures.show(i);
  }

  /** The t to show in this frame; as long as it is not the walk's own, another frame follows. */
  #glide(step) {
    const way = this.#walk.t - this.#shown;
    const arrived = Math.abs(way) <= step || this.#player.playing || this.#stillness.matches;
    this.#shown += arrived ? way : GLIDE * way;
    if (!arrived) this.#schedule();
    return this.#shown;
  }

  #renderAxes() {
    const { point } = this.#walk;
    const lines = this.#axes.lines(point);
    this.#axes.place(point);
    this.#map.drawLine("axes", ...lines);
    this.#map.mark(point);
    this.#panel.write(0, ...point);
    this.#channel.followAll(Float32Array.from([...lines[0], ...lines[1], ...point]), (pictures) => {
      if (this.#walk.mode !== "axes") return;
      const strip = (first) => Array.from({ length: FRAMES }, (_, k) => picture(pictures, first + k));
      this.#axes.draw(lines, [strip(0), strip(FRAMES)]);
      this.#panel.show(this.#checkpoint, point, picture(pictures, 2 * FRAMES));
    });
  }

  /** The picture of one point of the path has come, or was here. */
  #draw({ t, z, pixels }, frames) {
    if (this.#walk.mode !== "path") return;
    this.#panel.show(this.#checkpoint, z, pixels);
    this.#panel.blend(t, frames.pictures[0], frames.pictures.at(-1));
    if (frames === this.#frames) return;
    this.#frames = frames;
    this.#film.draw(frames.points, frames.pictures);
  }

  #tellSoon() {
    this.#teller.soon(() => this.#player.playing || this.#tellNow());
  }

  #tellNow() {
    this.#walk.t = rounded(this.#walk.t);
    this.#teller.tell(this.#walk);
  }
}

/** Whether two paths differ by no more than rounding. */
function near(points, others) {
  return points.length === others.length && points.every((value, i) => Math.abs(value - others[i]) <= 1e-5);
}
