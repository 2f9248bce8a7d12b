// The plane around one image's posterior, to scale: the true one as shades and lines, the two Gaussians as ellipses.

import { axes, number } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";
import { contour } from "./contours.js";
import { Drawing } from "./drawing.js";

const SIGMAS = [1, 2];
const SHADE = [61, 133, 198]; // to be seen on light and on dark ground
const STRONGEST = 0.85; // opacity at the posterior's peak
const INNER = { width: 58, height: 62 }; // pixels around the plot for its numbers
const KEYS = [
  ["true", "The true posterior p(z | x)"],
  ["encoder", "The encoder’s Gaussian q(z | x)"],
  ["best", "The best Gaussian for this image"],
];
const LINES = "The lines hold 39.3 % and 86.5 % of each: 1 and 2 σ of a Gaussian in the plane.";

export class PosteriorPlot {
  element;
  #drawing = new Drawing((width, height) => this.#parts(width, height));
  #away = make("p", { class: "away" });
  #account = null;
  #shades = "";
  #lines = [];

  constructor() {
    const title = make("figcaption", {}, make("b", {}, "Which z explain this image"));
    const keys = make("ul", { class: "keys" }, ...KEYS.map(([kind, text]) => make("li", { class: `key ${kind}` }, text)));
    const hooks = { class: "plot posterior", role: "group", "data-testid": "posterior" };
    this.element = make("figure", hooks, title, this.#drawing.element, keys, make("p", {}, LINES), this.#away);
  }

  /** `account` as loss.py describes it; `density` (rows x columns, a square of cells) relative to its peak. */
  show(account, density) {
    this.#account = account;
    const columns = Math.sqrt(density.length);
    this.#shades = picture(density, columns);
    this.#lines = account.levels.map((level) => contour(density, columns, level).map((piece) => this.#placed(piece, columns)));
    const away = Math.round(100 * account.elsewhere);
    this.#away.textContent = away ? `${away} % of the posterior lies outside this part of the plane.` : "";
    this.element.setAttribute("aria-label", said(account));
    this.#drawing.redraw();
  }

  dispose() {
    this.#drawing.dispose();
  }

  #parts(width, height) {
    if (!this.#account) return [];
    const { window, encoder, best } = this.#account;
    const frame = axes(width, height, equal(window, width - INNER.width, height - INNER.height));
    const { inner } = frame;
    const [w, h] = [inner.right - inner.left, inner.bottom - inner.top];
    const clip = { x: inner.left, y: inner.top, width: w, height: h, viewBox: `${inner.left} ${inner.top} ${w} ${h}` };
    const marks = [...this.#posterior(frame), ...ellipses("best", best, frame), ...ellipses("encoder", encoder, frame)];
    return [frame.element, makeSvg("svg", clip, ...marks)];
  }

  /** Shades, and the lines that hold as much of the posterior as 1 and 2 standard deviations of a Gaussian. */
  #posterior({ x, y }) {
    const { window } = this.#account;
    const [[left, right], [bottom, top]] = [window.x, window.y];
    const place = { x: x(left), y: y(top), width: x(right) - x(left), height: y(bottom) - y(top) };
    const shades = makeSvg("image", { ...place, href: this.#shades, preserveAspectRatio: "none" });
    const lines = this.#lines.map((pieces) => {
      const d = pieces.map(([a, b, c, e]) => `M${x(a).toFixed(2)},${y(b).toFixed(2)}L${x(c).toFixed(2)},${y(e).toFixed(2)}`).join("");
      return makeSvg("path", { class: "true", d });
    });
    return [shades, ...lines];
  }

  /** [x0, y0, x1, y1] in cells, counted from the middle of the first at the top left, as points of the plane. */
  #placed([x0, y0, x1, y1], columns) {
    const { x, y } = this.#account.window;
    const across = (cell) => x[0] + ((cell + 0.5) / columns) * (x[1] - x[0]);
    const down = (cell) => y[1] - ((cell + 0.5) / columns) * (y[1] - y[0]);
    return [across(x0), down(y0), across(x1), down(y1)];
  }
}

/** The axes of a window for so many pixels: a unit is as long on both, so one of them shows more. */
function equal({ x, y }, width, height) {
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
  const around = ([low, high], pixels) => [low + high - pixels * unit, low + high + pixels * unit].map((twice) => twice / 2);
  return { x: { title: "z₁", range: around(x, width) }, y: { title: "z₂", range: around(y, height) } };
}

/** The density as a PNG of one pixel a cell. */
function picture(density, columns) {
  const canvas = make("canvas", { width: columns, height: density.length / columns });
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  density.forEach((value, i) => image.data.set([...SHADE, 255 * STRONGEST * value], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

function ellipses(kind, { mean, deviation }, { x, y }) {
  const [cx, cy] = [x(mean[0]), y(mean[1])];
  const rings = SIGMAS.map((sigmas) => {
    const [rx, ry] = [x(mean[0] + sigmas * deviation[0]) - cx, cy - y(mean[1] + sigmas * deviation[1])];
    return makeSvg("ellipse", { class: kind, "data-sigmas": sigmas, cx, cy, rx, ry });
  });
  return [...rings, makeSvg("circle", { class: `${kind} mean`, cx, cy, r: 2.5 })];
}

function said({ encoder, best }) {
  const of = ({ mean, deviation }) =>
    `mean ${mean.map((value) => number(value, 3)).join(", ")}, standard deviations ${deviation.map((value) => number(value, 4)).join(", ")}`;
  return `Posterior of the image. The encoder’s Gaussian: ${of(encoder)}. The best one: ${of(best)}.`;
}
