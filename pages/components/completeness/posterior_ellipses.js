// Posteriors of test digits on the plane: one standard deviation around the latent mean, to the axes' scale or enlarged, which
// is then written beside them.

import { makeSvg } from "../parts/dom.js";

export class PosteriorEllipses {
  #plane;
  #parts;
  #svg;
  #written = makeSvg("text", { class: "scale", x: "10" });
  #posteriors = [];
  #scale = 1;

  /** Inside `parent`, which lies over `plane`. */
  constructor(parent, plane) {
    this.#plane = plane;
    this.#parts = ["halo", "line", "dots"].map((part) => makeSvg("path", { class: part }));
    const hooks = { class: "latent-map-overlay posterior-ellipses", "data-testid": "posteriors", "aria-hidden": "true" };
    this.#svg = makeSvg("svg", hooks, ...this.#parts, this.#written);
    parent.prepend(this.#svg);
  }

  /**
   * Draw `posteriors`, [mean z1, mean z2, deviation along z1, along z2, ...], `scale` times as large, in the colour of their
   * `digit`; without any of that they are removed.
   */
  draw({ posteriors, digit, scale } = { posteriors: [], digit: 0, scale: 1 }) {
    this.#svg.style.setProperty("--digit-colour", `var(--digit-${digit})`);
    this.#posteriors = posteriors;
    this.#scale = scale;
    this.#written.textContent = scale > 1 ? `Ellipses ${scale} times as large` : "";
    this.place();
  }

  /** Follow the plane's axes. */
  place() {
    const [x0, y0] = this.#plane.pixelOf(0, 0);
    const [x1, y1] = this.#plane.pixelOf(1, 1);
    this.#written.setAttribute("y", this.#plane.side - 30);
    const [ellipses, dots] = [[], []];
    for (let at = 0; at < this.#posteriors.length; at += 4) {
      const [m1, m2] = this.#posteriors.slice(at, at + 2);
      const [s1, s2] = this.#posteriors.slice(at + 2, at + 4).map((deviation) => this.#scale * deviation);
      const [x, y] = [x0 + m1 * (x1 - x0), y0 + m2 * (y1 - y0)];
      if (s1 || s2) ellipses.push(outline(x, y, s1 * (x1 - x0), s2 * (y0 - y1)));
      else dots.push(`M${x} ${y}h0`); // a code without deviation: a line of no length, drawn round
    }
    const [halo, line, points] = this.#parts;
    for (const part of [halo, line]) part.setAttribute("d", ellipses.join(""));
    points.setAttribute("d", dots.join(""));
  }
}

/** An ellipse as two arcs. */
function outline(x, y, rx, ry) {
  return `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;
}
