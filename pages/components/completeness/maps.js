// Two linked planes, as a rule the autoencoder's and that of a rung of the ladder. One cursor, one slider over the rungs.
// Nothing here waits for Python while something is dragged; Python hears of what was let go (see completeness.py).

import { areDigits } from "../parts/classes.js";
import { announceTwin, answer, hearAsked, listenShares } from "../wire/bus.js";
import { clamped, kept } from "../wire/limits.js";
import { DENSITY_LEGEND } from "./density_map.js";
import { make } from "../parts/dom.js";
import { LadderSlider } from "../parts/stop_slider.js";
import { LatentsLibrary } from "./latents_library.js";
import { Legend } from "../plane/legend.js";
import { LEGEND as LEGIBLE } from "../plane/legible.js";
import { loadPlotly } from "../plane/plane.js";
import { carried } from "./quantile_link.js";
import { same, Teller } from "../wire/teller.js";
import { TwinHalf } from "./twin_half.js";

const OTHER = { left: "right", right: "left" };
const CAPTIONS = {
  none: (_, image) => [`Each dot is a test ${image} at its latent mean; the rings in both planes are linked.`],
  ellipses: ({ posteriors }, image) => [
    `Each ellipse is where the VAE expects one of ${posteriors.length / 4} test ${image}s: one standard deviation ` +
      "(its posterior). An autoencoder’s are points.",
  ],
  density: () => DENSITY_LEGEND.map(swatch),
  legible: () => [LEGIBLE],
};

/** Build the planes inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const Plotly = await loadPlotly(new URL(data.plotly, document.baseURI));
  const planes = new Completeness(root, data);
  await planes.start(Plotly);
  return planes;
}

class Completeness {
  #group;
  #library = new LatentsLibrary();
  #halves;
  #head = make("div", { class: "completeness-head" });
  #legend;
  #caption = make("p", { class: "completeness-caption" });
  #ladder = null;
  #rungs = [];
  #link = "coordinates";
  #twin = null; // {rung, side, point} as the visitor sees it
  #teller;
  #overlay = null; // {left, right, rung: the right one's}
  #shares = null; // as announced, of the random places in both planes
  #preview = null; // {side, z} of the pointer
  #stops;

  constructor(root, { key, home, seen }) {
    this.#group = key;
    this.#teller = new Teller("twin", seen);
    const half = (side) =>
      new TwinHalf({ side, home, load: this.#library.load }, this.#gestures(side));
    this.#halves = { left: half("left"), right: half("right") };
    const legends = make("div", { class: "completeness-legend" });
    this.#legend = new Legend(legends, (hidden) => this.#both((each) => each.hide(hidden)));
    const planes = make("div", { class: "completeness-planes" }, this.#halves.left.element, this.#halves.right.element);
    root.replaceChildren(this.#head, legends, planes, this.#caption);
    this.#stops = [
      answer(key, () => this.#announce()),
      hearAsked(key, { point: ({ side, z }) => this.#goTo(side, z), rung: ({ rung }) => this.#askedFor(rung) }),
      listenShares(key, (shares) => {
        this.#shares = shares;
        this.#showShares();
      }),
    ];
  }

  async start(Plotly) {
    await Promise.all(Object.values(this.#halves).map((half) => half.start(Plotly)));
  }

  /** Streamlit's newest arguments. What was moved here since Python was told stays as it is here. */
  update(component) {
    const { data } = component;
    const news = this.#teller.news(component, data.twin);
    const relinked = data.link !== this.#link;
    this.#link = data.link;
    this.#offer(data.rungs);
    this.#halves.left.use(data.left);
    if (news?.length) this.#adopt(data.twin, news);
    if (relinked) this.#place();
    this.#overlay = data.overlay && { ...data.overlay, rung: data.twin.rung };
    this.#cover();
    this.#both((half) => half.retheme());
  }

  dispose() {
    this.#stops.forEach((stop) => stop());
    this.#teller.dispose();
    this.#library.dispose();
    this.#both((half) => half.dispose());
  }

  #both(act) {
    Object.values(this.#halves).forEach(act);
  }

  #gestures(side) {
    return {
      preview: (z) => this.#point(side, z.map(clamped)),
      leave: () => this.#leave(),
      pin: (z) => this.#pin(side, z),
      nudge: (step) => this.#nudge(side, step),
      rest: () => this.#tellNow(),
      known: () => this.#meet(),
    };
  }

  /** The rungs there are; the same ones again change nothing. */
  #offer(rungs) {
    if (same(rungs, this.#rungs)) return;
    this.#rungs = rungs;
    this.#ladder = null; // for a single model there is nothing to slide over
    if (rungs.length > 1) {
      this.#ladder = new LadderSlider(rungs, {
        move: (index) => this.#climb(rungs[index].name),
        rest: () => this.#teller.soon(() => this.#tellNow()),
      });
    }
    this.#head.replaceChildren(...(this.#ladder ? [this.#ladder.element] : []));
    if (this.#twin) this.#climb(this.#twin.rung);
  }

  /** Show another rung at the right: figures, map and digit. */
  #climb(name) {
    const index = Math.max(this.#rungs.findIndex((rung) => rung.name === name), 0);
    this.#twin.rung = this.#rungs[index].name;
    if (this.#ladder) this.#ladder.index = index;
    this.#preview = null;
    this.#halves.right.use(this.#rungs[index]);
    this.#legend.show(this.#classes);
    this.#showShares();
    this.#cover();
    this.#place();
  }

  #askedFor(name) {
    if (!this.#rungs.some((rung) => rung.name === name)) return;
    this.#climb(name);
    this.#tellNow();
  }

  /** A model's test digits are shown: places can be linked by them, and the other rungs' are fetched meanwhile. */
  #meet() {
    this.#place();
    this.#library.prefetch(this.#rungs.map((rung) => rung.name));
  }

  #adopt(twin, changed) {
    this.#twin = { ...(this.#twin ?? twin), ...Object.fromEntries(changed.map((name) => [name, twin[name]])) };
    this.#climb(this.#twin.rung);
    this.#reveal(this.#twin.side);
  }

  /** The place in the other plane that belongs to z in the plane at `side`; null as long as it is not known. */
  #linked(side, z) {
    const [here, there] = [side, OTHER[side]].map((each) => this.#halves[each].rung.name);
    if (this.#link === "coordinates" || here === there) return z;
    const [source, target] = [this.#library.get(here), this.#library.get(there)];
    return source && target ? carried(z, source.axes, target.axes).map(clamped) : null;
  }

  /** Show the pinned point in both planes. */
  #place() {
    const { side, point } = this.#twin;
    const there = this.#linked(side, point);
    this.#halves[side].pin(point);
    if (there) this.#halves[OTHER[side]].pin(there);
    this.#announce();
  }

  #move(side, z) {
    this.#preview = null;
    this.#twin.side = side;
    this.#twin.point = kept(z);
    this.#place();
    this.#halves[side].speak();
  }

  #pin(side, z) {
    this.#move(side, z);
    this.#tellNow();
  }

  /** Pin a point that was chosen elsewhere on the page, and bring it into view. */
  #goTo(side, z) {
    this.#pin(side, z);
    this.#reveal(side);
  }

  /** Bring the pinned point into view at the right; the left map is the fixed one, at whose edge it is marked. */
  #reveal(side) {
    if (side === "right") this.#halves.right.reveal();
  }

  /** One press of an arrow key; there is nothing to move before the linked point is known. */
  #nudge(side, step) {
    if (!this.#halves[side].z) return;
    const from = this.#halves[side].inView;
    this.#move(side, from.map((value, axis) => value + step[axis]));
    this.#halves[side].reveal();
  }

  #point(side, z) {
    this.#preview = { side, z };
    const there = this.#linked(side, z);
    this.#halves[side].preview(z);
    if (there) this.#halves[OTHER[side]].preview(there);
    this.#announce();
  }

  #leave() {
    if (!this.#preview) return;
    this.#preview = null;
    this.#both((half) => half.leave());
    this.#announce();
  }

  #announce() {
    if (!this.#twin) return;
    const { side, z } = this.#preview ?? { side: this.#twin.side, z: this.#twin.point };
    const there = this.#linked(side, z);
    if (!there) return; // announced as soon as it is known
    const phase = this.#preview ? "preview" : "pin";
    const points = { [side]: z, [OTHER[side]]: there };
    announceTwin({ group: this.#group, rung: this.#twin.rung, link: this.#link, ...points, phase });
  }

  /** What the labels count: of both models, where they differ. */
  get #classes() {
    const { left, right } = this.#halves;
    return bothNames(left.rung.classes, right.rung.classes);
  }

  /** The bars, dimmed where they are another rung's. */
  #showShares() {
    if (!this.#shares || !this.#twin) return;
    this.#halves.left.share(this.#shares.left, false);
    this.#halves.right.share(this.#shares.right, this.#shares.rung !== this.#twin.rung);
  }

  /** Python's overlay, as far as it belongs to what is shown now. */
  #cover() {
    const { left = null, right = null, rung } = this.#overlay ?? {};
    this.#halves.left.cover(left);
    this.#halves.right.cover(rung === this.#twin.rung ? right : null);
    const layer = left ?? right ?? { kind: "none" };
    this.#caption.replaceChildren(...CAPTIONS[layer.kind](layer, areDigits(this.#classes) ? "digit" : "image"));
  }

  #tellNow() {
    this.#teller.tell(this.#twin);
  }
}

function bothNames(left, right) {
  if (same(left, right) || !right.length) return left;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, label) =>
    [...new Set([left[label], right[label]])].filter(Boolean).join(" / "),
  );
}

function swatch([colour, meaning]) {
  const sample = make("i", {});
  sample.style.background = colour;
  return make("span", {}, sample, meaning);
}
