// The panel beside the plane: pictures, switches, and room for what each mode adds.

import { badge } from "../parts/badge.js";
import { written } from "../parts/coordinates.js";
import { DigitCanvas, GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

const MODES = { path: "Path", axes: "Axes" };
const AXES_HINT = "One number moves, the other stays. Each row runs through the current point, along its axis.";
const SPEEDS = [0.5, 1, 2, 4];

export class WalkPanel {
  #digit;
  #fade;
  #modes;
  #play;
  #fadeCanvas = make("canvas", { role: "img", "data-testid": "cross-fade", "aria-label": "Cross-fade of pixels" });
  #point = make("output", { class: "continuity-point" });
  #t = make("b", {});
  #badge = make("p", { class: "continuity-badge", title: "Device that decodes, and the time the last decode took" });
  #legend = make("p", { class: "continuity-legend" });

  /** Fills `root`; `rows` are the elements of each mode. `on.mode(mode)`, `on.play()`, `on.speed(x)`, `on.back(whether)`. */
  constructor(root, rows, on) {
    const canvas = make("canvas", { role: "img", "aria-label": "The decoded digit" });
    this.#digit = new DigitCanvas(canvas);
    this.#fade = new GreyCanvas(this.#fadeCanvas);
    const decoded = make("figcaption", {}, make("b", {}, "Decoded "), this.#point);
    const blended = make("figcaption", {}, make("b", {}, "Cross-fade of pixels"), " of A and B, not decoded");
    const pictures = make(
      "div",
      { class: "continuity-pictures" },
      make("figure", { class: "decoded" }, canvas, decoded),
      make("figure", { class: "fade" }, this.#fadeCanvas, blended),
      make("div", { class: "continuity-controls" }, ...this.#controls(on)),
    );
    const path = make("div", { class: "continuity-rows rows-path" }, ...rows.path);
    const axes = make("div", { class: "continuity-rows rows-axes" }, ...rows.axes);
    root.replaceChildren(pictures, path, axes);
  }

  set mode(mode) {
    for (const [name, button] of Object.entries(this.#modes)) button.setAttribute("aria-pressed", String(name === mode));
  }

  set playing(playing) {
    this.#play.textContent = playing ? "❚❚ Pause" : "▶ Play";
    this.#play.setAttribute("aria-pressed", String(playing));
  }

  /** The legend of what lies behind the points, or "". */
  set legend(sentence) {
    this.#legend.textContent = sentence;
  }

  /** Show the picture that `model` decodes at z. */
  show(model, [z1, z2], pixels) {
    this.#digit.draw({ model, z1, z2, pixels });
  }

  /** Show the two end pictures laid over each other at t: (1 - t) A + t B, pixel by pixel. */
  blend(t, first, last) {
    this.#fade.draw(first.map((grey, i) => Math.round((1 - t) * grey + t * last[i])));
    this.#fadeCanvas.dataset.t = t;
  }

  /** Write where on the path and where in the plane the pictures are. */
  write(t, z1, z2) {
    this.#t.textContent = t.toFixed(3);
    this.#point.textContent = `z₁ ${written(z1)}  z₂ ${written(z2)}`;
  }

  set condition(condition) {
    this.#badge.textContent = badge(condition);
  }

  #controls(on) {
    const hint = make("p", { class: "continuity-hint" }, AXES_HINT);
    return [this.#switch(on), this.#transport(on), hint, this.#legend, this.#badge];
  }

  #switch(on) {
    this.#modes = Object.fromEntries(
      Object.entries(MODES).map(([mode, name]) => {
        const button = make("button", { type: "button" }, name);
        button.addEventListener("click", () => on.mode(mode));
        return [mode, button];
      }),
    );
    return make("div", { class: "switch", role: "group", "aria-label": "Move along" }, ...Object.values(this.#modes));
  }

  #transport(on) {
    this.#play = make("button", { type: "button", class: "play", "data-testid": "play" });
    this.#play.addEventListener("click", on.play);
    this.playing = false;
    const speed = make("select", { "aria-label": "Speed" }, ...SPEEDS.map((x) => make("option", { value: x }, `${x} ×`)));
    speed.value = "1";
    speed.addEventListener("change", () => on.speed(Number(speed.value)));
    const back = make("input", { type: "checkbox", checked: "" });
    back.addEventListener("change", () => on.back(back.checked));
    const t = make("output", { class: "continuity-t" }, make("i", {}, "t"), " ", this.#t);
    return make("div", { class: "transport" }, this.#play, speed, make("label", {}, back, "there and back"), t);
  }
}
