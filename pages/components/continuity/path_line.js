// A line on the plane: the path from A to B, or the cross that axis mode moves along.

import { makeSvg } from "../parts/dom.js";

export class PathLine {
  #plane;
  #paths;
  #svg;
  #lines = [];
  #straight = []; // beside a path that is not: how much it differs is seen

  /** An SVG of the plane's size, behind what already lies in `parent`; call `place` when the plane's axes move. */
  constructor(parent, plane) {
    this.#plane = plane;
    this.#paths = ["halo", "line", "straight"].map((part) => makeSvg("path", { class: part }));
    this.#svg = makeSvg("svg", { class: "latent-map-overlay continuity-path", "aria-hidden": "true" }, ...this.#paths);
    this.#svg.dataset.testid = "path";
    parent.prepend(this.#svg);
  }

  /** Draw lines through the points, [z1, z2, z1, z2, ...] each; `kind` says what they are. */
  draw(kind, ...lines) {
    this.#lines = lines;
    const [path] = lines;
    const bent = kind === "spherical" || kind === "geodesic";
    this.#straight = bent ? [[...path.subarray(0, 2), ...path.subarray(-2)]] : [];
    this.#svg.dataset.kind = kind;
    this.place();
  }

  /** What the line drawn last is. */
  get kind() {
    return this.#svg.dataset.kind;
  }

  /** Follow the plane's axes. */
  place() {
    const written = (lines) => lines.map((points) => this.#written(points)).join("");
    const [path, straight] = [written(this.#lines), written(this.#straight)];
    [path, path, straight].forEach((d, i) => this.#paths[i].setAttribute("d", d));
  }

  #written(points) {
    let d = "M";
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = this.#plane.pixelOf(points[i], points[i + 1]);
      d += `${x.toFixed(1)} ${y.toFixed(1)} `;
    }
    return d;
  }
}
