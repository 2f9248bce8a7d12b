// The plane as one picture, for two models side by side. A cell of the one is the same place as that cell of the other.

import { listenTwin } from "../wire/bus.js";
import { make } from "../parts/dom.js";
import { goThere, showMapsButton } from "./go_there.js";
import { LatentsLibrary } from "./latents_library.js";
import { Mosaic } from "./mosaic.js";
import { carried } from "./quantile_link.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Build the two pictures inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new ManifoldGrid(root, data.group);
}

class ManifoldGrid {
  #group;
  #left = new Mosaic("At the left");
  #right = new Mosaic("At the right");
  #data = null;
  #axes = { left: null, right: null }; // coordinates of columns and rows, ascending, in each one's own plane
  #library = new LatentsLibrary();
  #ending = new AbortController();
  #twin = null; // what the maps show
  #looked = null; // the cell under the pointer, or the one that the arrow keys chose
  #stop;

  constructor(root, group) {
    this.#group = group;
    const foot = make("p", { class: "foot" }, "A click marks the place in both maps; the page stays here.", showMapsButton());
    root.replaceChildren(this.#left.element, this.#right.element, foot);
    for (const mosaic of this.#mosaics) this.#listen(mosaic);
    this.#stop = listenTwin(group, (twin) => this.#follow(twin));
  }

  update({ data }) {
    const moved = data.side !== this.#data?.side || data.sigmas !== this.#data?.sigmas;
    this.#data = data;
    if (moved) this.#looked = null;
    this.#ask();
    this.#pin();
  }

  dispose() {
    this.#stop();
    this.#ending.abort();
    this.#library.dispose();
    for (const mosaic of this.#mosaics) mosaic.dispose();
  }

  get #mosaics() {
    return [this.#left, this.#right];
  }

  #follow(twin) {
    const moved = twin.rung !== this.#twin?.rung;
    this.#twin = twin;
    if (!this.#data) return;
    if (moved) this.#ask();
    this.#pin();
  }

  /** The rung of the maps, whatever Python knows of it. */
  get #rung() {
    const { titles, right } = this.#data;
    return this.#twin?.rung in titles ? this.#twin.rung : right;
  }

  get #linked() {
    return this.#data.link === "quantiles" && this.#data.left !== this.#rung;
  }

  #ask() {
    const { left, titles, side, sigmas } = this.#data;
    const right = this.#rung;
    const lattice = { side, ...(sigmas === null ? {} : { sigmas }) };
    const address = (name, more) => `manifold/${encodeURIComponent(name)}?${new URLSearchParams({ ...lattice, ...more })}`;
    const like = this.#linked ? { like: right } : {};
    this.#left.show({ address: address(left, like), model: left, title: titles[left] ?? left });
    this.#right.show({ address: address(right, {}), model: right, title: titles[right] ?? right });
    this.#number();
  }

  /** By quantiles the left plane has coordinates of its own, which need the test digits of both. */
  #number() {
    const { left, axis, side } = this.#data;
    const [source, target] = [this.#rung, left].map((name) => this.#library.get(name)?.axes);
    this.#axes.right = [axis, axis];
    if (!this.#linked) this.#axes.left = this.#axes.right;
    else if (source && target) {
      const places = axis.map((value) => carried([value, value], source, target));
      this.#axes.left = [0, 1].map((along) => places.map((place) => place[along]));
    } else {
      this.#axes.left = null;
      this.#meet(this.#rung, left);
    }
    this.#left.number(this.#axes.left, side);
    this.#right.number(this.#axes.right, side);
    this.#look(this.#looked);
  }

  async #meet(...names) {
    const { signal } = this.#ending;
    try {
      for (const name of names) await this.#library.load(name, signal, () => {});
    } catch {
      return; // only when this has ended
    }
    if (names[0] === this.#rung && names[1] === this.#data.left) this.#number();
  }

  /** Outline the cell of the point that the maps show. */
  #pin() {
    const cell = this.#twin && this.#cellOf(this.#twin.right);
    for (const mosaic of this.#mosaics) mosaic.outline("pinned", cell);
    this.#write();
  }

  /** The cell whose point is nearest; null beyond an equal range, which ends half a cell after its last points. */
  #cellOf([z1, z2]) {
    const { axis, side, sigmas } = this.#data;
    const reach = sigmas === null ? Infinity : sigmas + (axis[1] - axis[0]) / 2;
    if (Math.max(Math.abs(z1), Math.abs(z2)) > reach) return null;
    const nearest = (z) => {
      const above = axis.findIndex((value, i) => i > 0 && (axis[i - 1] + value) / 2 > z);
      return above < 0 ? side - 1 : above - 1;
    };
    return { column: nearest(z1), row: side - 1 - nearest(z2) };
  }

  #pointOf({ column, row }, [along, up]) {
    return [along[column], up[this.#data.side - 1 - row]];
  }

  #look(cell) {
    this.#looked = cell;
    for (const mosaic of this.#mosaics) mosaic.outline("looked", cell);
    this.#write();
  }

  /** Write where the cell lies that is looked at, else the pinned point. */
  #write() {
    const { left, right } = this.#axes;
    const cell = this.#looked;
    this.#left.write(cell ? left && this.#pointOf(cell, left) : this.#twin?.left);
    this.#right.write(cell ? right && this.#pointOf(cell, right) : this.#twin?.right);
  }

  /** The large digits, the rings on the maps and the address follow. */
  #go(cell) {
    goThere(this.#group, "right", this.#pointOf(cell, this.#axes.right));
  }

  #listen(mosaic) {
    const { frame } = mosaic;
    const byHand = ({ pointerType }) => pointerType !== "touch";
    frame.addEventListener("pointermove", (event) => byHand(event) && this.#data && this.#look(mosaic.cellAt(event)));
    frame.addEventListener("pointerleave", (event) => byHand(event) && this.#look(null));
    frame.addEventListener("click", (event) => this.#data && this.#go(mosaic.cellAt(event)));
    frame.addEventListener("blur", () => this.#look(null));
    frame.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    if (!this.#data || event.ctrlKey || event.altKey || event.metaKey) return;
    const { side } = this.#data;
    const middle = { column: side >> 1, row: side >> 1 };
    const from = this.#looked ?? (this.#twin && this.#cellOf(this.#twin.right)) ?? middle;
    if (event.key === "Enter" || event.key === " ") this.#go(from);
    else if (event.key in STEPS) {
      const [right, down] = STEPS[event.key];
      const within = (index) => Math.min(Math.max(index, 0), side - 1);
      this.#look({ column: within(from.column + right), row: within(from.row + down) });
    } else return;
    event.preventDefault();
  }
}
