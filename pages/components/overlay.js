// What lies above the points and moves without plotly: the prior's circles, the digits' names, the pinned point.

const SVG = "http://www.w3.org/2000/svg";
const SIGMAS = [1, 2, 3];
const RADIUS = 9; // of a mark, pixels

export class Overlay {
  #plane;
  #circles;
  #names = []; // [{z, label}], by digit
  #marks;
  #svg;
  #namesGroup;

  /** Appends an SVG of the plane's size to `parent`; call `place` whenever the plane's axes move. */
  constructor(parent, plane) {
    this.#plane = plane;
    this.#svg = make("svg", { class: "latent-map-overlay", "aria-hidden": "true" });
    this.#circles = SIGMAS.map((sigma) => ({
      sigma,
      halo: this.#add("ellipse", "prior-halo"),
      circle: this.#add("ellipse", "prior"),
      label: this.#add("text", "prior-label"),
    }));
    for (const { sigma, label } of this.#circles) label.textContent = `${sigma}σ`;
    this.#namesGroup = make("g", { class: "names" });
    this.#svg.append(this.#namesGroup);
    this.#marks = { preview: new Mark(this.#svg, "preview"), pin: new Mark(this.#svg, "pin") };
    parent.append(this.#svg);
  }

  /** Write every digit's name at its place, [z1, z2] or null for none. */
  name(places) {
    this.#namesGroup.replaceChildren();
    this.#names = places.map((z, digit) => {
      const label = make("text", {});
      label.textContent = digit;
      if (z) this.#namesGroup.append(label);
      return { z, label };
    });
    this.place();
  }

  /** Leave out the names of the hidden digits. */
  setHidden(hidden) {
    this.#names.forEach(({ label }, digit) => (label.style.display = hidden.has(digit) ? "none" : ""));
  }

  /** Put mark "pin" or "preview" at z = [z1, z2]; null hides it. */
  mark(name, z) {
    this.#marks[name].z = z;
    this.#marks[name].place(this.#plane);
  }

  /** Follow the plane's axes. */
  place() {
    const [cx, cy] = this.#plane.pixelOf(0, 0);
    for (const { sigma, halo, circle, label } of this.#circles) {
      const [right, top] = this.#plane.pixelOf(sigma, sigma);
      for (const element of [halo, circle]) set(element, { cx, cy, rx: right - cx, ry: cy - top });
      const [x, y] = this.#plane.pixelOf(sigma * Math.SQRT1_2, sigma * Math.SQRT1_2);
      set(label, { x, y });
    }
    for (const { z, label } of this.#names) {
      if (!z) continue;
      const [x, y] = this.#plane.pixelOf(...z);
      set(label, { x, y });
    }
    for (const mark of Object.values(this.#marks)) mark.place(this.#plane);
  }

  #add(tag, className) {
    const element = make(tag, { class: className });
    this.#svg.append(element);
    return element;
  }
}

/** A ring in the accent colour with a rim of the paper's colour, to be seen on any ground. */
class Mark {
  z = null;
  #group;

  constructor(parent, name) {
    this.#group = make("g", { class: `mark mark-${name}` });
    for (const part of ["rim", "ring"]) this.#group.append(make("circle", { class: part, r: RADIUS }));
    this.#group.append(make("circle", { class: "dot", r: 2 }));
    parent.append(this.#group);
  }

  place(plane) {
    this.#group.style.display = this.z ? "" : "none";
    if (!this.z) return;
    const [x, y] = plane.pixelOf(...this.z);
    this.#group.setAttribute("transform", `translate(${x} ${y})`);
    Object.assign(this.#group.dataset, { z1: this.z[0], z2: this.z[1] });
  }
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
