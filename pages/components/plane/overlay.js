// What lies above the points and moves without plotly: the prior's circles, the classes' names, the pinned point.

import { areDigits, DIGITS } from "../parts/classes.js";

const SVG = "http://www.w3.org/2000/svg";
const SIGMAS = [1, 2, 3];
const LABEL_ROOM = 24; // pixels between two circles that leave room for their labels
const RADIUS = 9; // of a mark, pixels

export class Overlay {
  #plane;
  #prior;
  #names;
  #marks;

  /** Appends an SVG of the plane's size to `parent`; call `place` whenever the plane's axes move. */
  constructor(parent, plane) {
    this.#plane = plane;
    const svg = add(parent, "svg", { class: "latent-map-overlay", "aria-hidden": "true" });
    this.#prior = new Prior(svg);
    this.#names = new Names(svg);
    this.#marks = { preview: new Mark(svg, "preview"), pin: new Mark(svg, "pin") };
  }

  showPrior(shown) {
    this.#prior.show(shown);
  }

  /** Write every class's name at its places, a list of [z1, z2] a digit, save for those of the set `hidden`. */
  name(places, hidden, classes = DIGITS) {
    this.#names.write(places, hidden, classes);
    this.#names.place(this.#plane);
  }

  /** Where the pinned point is, null as long as there is none. */
  get pinned() {
    return this.#marks.pin.z;
  }

  /** Put mark "pin" or "preview" at z = [z1, z2]; null hides it. */
  mark(name, z) {
    this.#marks[name].z = z;
    this.#marks[name].place(this.#plane);
  }

  /** Follow the plane's axes. */
  place() {
    for (const part of [this.#prior, this.#names, this.#marks.preview, this.#marks.pin]) part.place(this.#plane);
  }
}

/** The circles that hold 39, 86 and 99 % of the standard normal prior: 1, 2 and 3 standard deviations. */
class Prior {
  #group;
  #circles;

  constructor(svg) {
    this.#group = add(svg, "g");
    this.#circles = SIGMAS.map((sigma) => ({
      sigma,
      rings: ["prior-halo", "prior"].map((part) => add(this.#group, "ellipse", { class: part })),
      label: add(this.#group, "text", { class: "prior-label" }, `${sigma}σ`),
    }));
  }

  show(shown) {
    this.#group.style.display = shown ? "" : "none";
  }

  place(plane) {
    const [cx, cy] = plane.pixelOf(0, 0);
    for (const { sigma, rings, label } of this.#circles) {
      const [right, top] = plane.pixelOf(sigma, sigma);
      for (const ring of rings) set(ring, { cx, cy, rx: right - cx, ry: cy - top });
      const [x, y] = plane.pixelOf(sigma * Math.SQRT1_2, sigma * Math.SQRT1_2);
      const room = (right - cx) / sigma >= LABEL_ROOM || sigma === SIGMAS.at(-1);
      set(label, { x, y, visibility: room ? "visible" : "hidden" });
    }
  }
}

class Names {
  #group;
  #written = [];

  constructor(svg) {
    this.#group = add(svg, "g", { class: "names" });
  }

  write(places, hidden, classes) {
    this.#group.replaceChildren();
    this.#group.toggleAttribute("data-named", !areDigits(classes));
    const seen = places.map((own, label) => (hidden.has(label) ? [] : own));
    this.#written = seen.flatMap((own, label) => own.map((z) => ({ z, label: add(this.#group, "text", {}, classes[label]) })));
  }

  place(plane) {
    for (const { z, label } of this.#written) {
      const [x, y] = plane.pixelOf(...z);
      set(label, { x, y });
    }
  }
}

/** A ring in the accent colour with a rim of the paper's colour, to be seen on any ground. */
class Mark {
  z = null;
  #group;

  constructor(svg, name) {
    this.#group = add(svg, "g", { class: `mark mark-${name}` });
    for (const part of ["rim", "ring"]) add(this.#group, "circle", { class: part, r: RADIUS });
    add(this.#group, "circle", { class: "dot", r: 2 });
  }

  place(plane) {
    this.#group.style.display = this.z ? "" : "none";
    if (!this.z) return;
    const there = plane.pixelOf(...this.z);
    // What lies outside the view is marked at its edge, by a whole ring.
    const isOutside = there.some((pixel) => pixel < 0 || pixel > plane.side);
    const room = isOutside ? RADIUS + 2 : 0;
    const [x, y] = there.map((pixel) => Math.min(Math.max(pixel, room), plane.side - room));
    this.#group.classList.toggle("outside", isOutside);
    set(this.#group, { transform: `translate(${x} ${y})`, "data-z1": this.z[0], "data-z2": this.z[1] });
  }
}

function add(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.textContent = text;
  parent.append(element);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
