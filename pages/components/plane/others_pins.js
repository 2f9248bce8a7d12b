// The pins of a lesson's room on a map: of those who pinned in the plane of the model that the map shows. Names are
// written beside the pin that is looked at, and beside the one under the pointer.

import { makeSvg } from "../parts/dom.js";
import { listenRoom } from "../wire/bus.js";

const RADIUS = 6; // pixels
const NEAR = 14; // pixels from the pointer: this pin's name is written

export class OthersPins {
  #model = null;
  #plane;
  #svg = makeSvg("svg", { class: "latent-map-overlay others-pins", "aria-hidden": "true" });
  #pins = {};
  #marked = null; // a name
  #near = null; // a name
  #hasPlane = false; // pins may be announced before the plane has axes
  #drawn = new Map(); // name -> {group, z}
  #ending = new AbortController();
  #stopListening;

  /** Draws into `stage` (stage.js) whatever is announced of a room. */
  constructor({ above, plot }, plane) {
    this.#plane = plane;
    above.append(this.#svg);
    const { signal } = this.#ending;
    plot.addEventListener("pointermove", ({ clientX, clientY }) => this.#look(clientX, clientY), { signal });
    plot.addEventListener("pointerleave", () => this.#name(null), { signal });
    this.#stopListening = listenRoom(({ pins, marked }) => {
      this.#pins = pins;
      this.#marked = marked;
      this.#draw();
    });
  }

  /** The checkpoint that the map shows. */
  set model(name) {
    this.#model = name;
    this.#draw();
  }

  place() {
    this.#hasPlane = true;
    for (const { group, z } of this.#drawn.values()) {
      const [x, y] = this.#plane.pixelOf(...z);
      group.setAttribute("transform", `translate(${x} ${y})`);
      const [label] = group.getElementsByTagName("text");
      const toTheLeft = x > 0.7 * this.#plane.side;
      label.setAttribute("text-anchor", toTheLeft ? "end" : "start");
      label.setAttribute("x", (toTheLeft ? -1 : 1) * (RADIUS + 5));
    }
  }

  dispose() {
    this.#ending.abort();
    this.#stopListening();
  }

  #draw() {
    this.#drawn.clear();
    const here = Object.entries(this.#pins).filter(([, { model }]) => model === this.#model);
    this.#svg.replaceChildren(
      ...here.map(([name, { z1, z2 }]) => {
        const label = makeSvg("text", { y: 5 }, name);
        const group = makeSvg("g", { class: "others-pin" }, makeSvg("circle", { r: RADIUS }), label);
        group.dataset.name = name;
        this.#drawn.set(name, { group, z: [z1, z2] });
        return group;
      }),
    );
    if (this.#hasPlane) this.place();
    this.#highlight();
  }

  #look(clientX, clientY) {
    if (!this.#drawn.size) return;
    const { left, top } = this.#svg.getBoundingClientRect();
    const away = ({ z }) => {
      const [x, y] = this.#plane.pixelOf(...z);
      return Math.hypot(x - (clientX - left), y - (clientY - top));
    };
    const nearest = [...this.#drawn].map(([name, pin]) => [away(pin), name]).sort(([one], [other]) => one - other)[0];
    this.#name(nearest[0] <= NEAR ? nearest[1] : null);
  }

  #name(name) {
    if (name === this.#near) return;
    this.#near = name;
    this.#highlight();
  }

  /** What is written over others is drawn last. */
  #highlight() {
    for (const [name, { group }] of this.#drawn) {
      group.classList.toggle("marked", name === this.#marked);
      group.classList.toggle("near", name === this.#near);
    }
    for (const name of [this.#marked, this.#near]) {
      const drawn = this.#drawn.get(name);
      if (drawn && this.#svg.lastChild !== drawn.group) this.#svg.append(drawn.group);
    }
  }
}
