// A walk through the latent plane: two ends, the path between them, and the digits along it, all moving together.
// Nothing here waits for Python while something is dragged; Python hears of what was let go (see continuity.py).

import { FRAMES } from "./filmstrip.js";
import { picture } from "./path_pictures.js";
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
  #lanes; // of two models; the second one's stays empty where there is only one
  #own = null; // the lane of the model whose plane the map shows
  #curve;
  #curves;
  #axes;
  #player;
  #claim;
  #models = []; // of the lanes in use
  #checkpoint = null;
  #walk = { a: [0, 0], b: [0, 0], t: 0, point: [0, 0] };
  #mode = "path";
  #shown = 0; // where on the way to the walk's t the pictures are
  #stillness = matchMedia("(prefers-reduced-motion: reduce)");
  #teller;
  #kind = "straight";
  #path = null; // which kind of path the own lane walks; null before the first
  #count = 2; // points of a path
  #extent = [-3, 3]; // least and greatest coordinate of the test digits
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
    this.#claim = root.querySelector(".continuity-claim");
    const [panel, below] = ["panel", "details"].map((part) => root.querySelector(`.continuity-${part}`));
    const controls = createWalkControls(panel, below, {
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
      drawn: (lane, t, frames) => this.#drawn(lane, t, frames),
      toggle: () => (this.#player.playing ? this.#player.pause() : this.#player.play(this.#walk.t)),
    });
    ({
      panel: this.#panel,
      slider: this.#slider,
      lanes: this.#lanes,
      curve: this.#curve,
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
    this.#use(data);
    this.#map.showPrior(data.show_prior);
    this.#map.showGround(data.heat_map, data.legible, data.checkpoint);
    this.#claim.innerHTML = data.claim; // our own: Python has escaped what is not
    if (news) this.#adopt(data, news);
    this.#map.retheme();
  }

  dispose() {
    this.#teller.dispose();
    cancelAnimationFrame(this.#frame);
    this.#player.pause();
    for (const lane of this.#lanes) lane.dispose();
    this.#map.dispose();
  }

  /** The models that walk, one of them with its plane on the map. */
  #use({ checkpoint, lanes, classes }) {
    const models = lanes.map(({ model }) => model);
    if (checkpoint === this.#checkpoint && same(models, this.#models)) return;
    this.#checkpoint = checkpoint;
    this.#models = models;
    const channels = this.#map.use(checkpoint, models, classes);
    this.#root.dataset.lanes = models.length;
    lanes.forEach(({ model, title }, i) => this.#lanes[i].use(model, channels.get(model), title));
    this.#own = this.#walking.find(({ model }) => model === checkpoint);
    for (const lane of this.#walking) lane.element.toggleAttribute("data-own", lane === this.#own);
    this.#path = null;
  }

  /** The lanes in use. */
  get #walking() {
    return this.#lanes.slice(0, this.#models.length);
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
  #adopt(data, changed) {
    const { walk, kind, mode } = data;
    for (const name of changed) this.#walk[name] = walk[name];
    if (changed.includes("t")) this.#shown = walk.t;
    this.#kind = kind;
    this.#count = data.lanes[0].points.length / 2;
    const switched = mode !== this.#mode || !this.#root.dataset.mode;
    this.#mode = this.#root.dataset.mode = mode;
    if (mode === "axes") this.#player.pause();
    if (changed.includes("point")) this.#spanAxes();
    if (same(walk.a, this.#walk.a) && same(walk.b, this.#walk.b)) this.#take(data, switched);
    else this.#goLocally();
    if (switched || changed.some((name) => name === "a" || name === "b" || name === "point")) this.#reveal();
    this.#schedule();
  }

  /** The paths as Python computed them, with all that is known along them. */
  #take({ kind, lanes, confident }, again) {
    this.#map.placeEnds(this.#walk);
    lanes.forEach((known, i) => {
      const lane = this.#lanes[i];
      const points = Float32Array.from(known.points);
      const moved = this.#path === null || again || !near(points, lane.points);
      lane.learn(known, confident);
      if (!moved && (lane !== this.#own || kind === this.#path)) return;
      lane.path = points;
      if (this.#mode === "path") lane.decode();
    });
    this.#path = kind;
    if (this.#mode === "path") this.#map.drawLine(kind, this.#own.points);
    this.#curve.draw(this.#walking.map(({ known }) => known));
    this.#curves.draw(this.#own.known);
    this.#render();
  }

  /** The own path as it can be told without Python: the geodesic's place is taken by the straight line. */
  #goLocally() {
    const { a, b } = this.#walk;
    this.#path = this.#kind === "geodesic" ? "straight" : this.#kind;
    this.#own.path = pathPoints(this.#path, a, b, this.#count);
    this.#map.placeEnds(this.#walk);
    this.#map.drawLine(this.#path, this.#own.points);
    for (const part of [...this.#walking, this.#curve, this.#curves]) part.busy = true;
    this.#schedule();
  }

  #moveEnd(name, z) {
    this.#walk[name] = kept(z);
    this.#goLocally();
  }

  #restEnds() {
    this.#own.decode();
    this.#tellNow();
  }

  #click(z) {
    if (this.#mode === "axes") {
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
    if (this.#mode === "axes") return this.#movePoint(this.#walk.point.map((value, axis) => value + step[axis]));
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

  /** The sliders reach over all test digits, and the point. */
  #spanAxes() {
    const { point } = this.#walk;
    this.#axes.range = [Math.floor(Math.min(this.#extent[0], ...point)), Math.ceil(Math.max(this.#extent[1], ...point))];
  }

  /** Bring what moves into view. */
  #reveal() {
    const { point, a, b } = this.#walk;
    this.#map.reveal(this.#mode === "axes" ? [point] : [a, b]);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  /** Everything that moves with t, or with the point of axis mode, in one frame. */
  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#mode === "axes") this.#renderAxes();
    else if (this.#path) this.#renderPath();
  }

  #renderPath() {
    const { points } = this.#own;
    const last = points.length / 2 - 1;
    const i = Math.round(this.#glide(1 / last) * last);
    const t = i / last;
    this.#slider.value = this.#walk.t;
    this.#map.mark([points[2 * i], points[2 * i + 1]]);
    this.#root.style.setProperty("--t", t);
    this.#curve.point(t);
    this.#curves.point(t);
    this.#panel.write(t);
    for (const lane of this.#walking) lane.show(t);
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
    this.#own.channel.followAll(Float32Array.from([...lines[0], ...lines[1], ...point]), (pictures) => {
      if (this.#mode !== "axes") return;
      const strip = (first) => Array.from({ length: FRAMES }, (_, k) => picture(pictures, first + k));
      this.#axes.draw(lines, [strip(0), strip(FRAMES)]);
      this.#own.draw(point, picture(pictures, 2 * FRAMES));
    });
  }

  /** A lane has drawn the picture at t of its path. */
  #drawn(lane, t, { pictures }) {
    if (lane === this.#own) this.#panel.blend(t, pictures[0], pictures.at(-1));
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
