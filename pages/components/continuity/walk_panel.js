// What stands beside the map: a row for each model's walk, the slider they share, the cross-fade, and room for the axes.

import { badge } from "../parts/badge.js";
import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

const AXES_HINT = "One number moves, the other stays. Each row runs through the current point, along its axis.";
const SPEEDS = [0.5, 1, 2, 4];

export class WalkPanel {
  #fade;
  #play = make("button", { type: "button", class: "play", "data-testid": "play" });
  #fadeCanvas = make("canvas", { role: "img", "data-testid": "cross-fade", "aria-label": "Cross-fade of pixels" });
  #t = make("b", {});
  #badge = make("p", { class: "continuity-badge", title: "Device that decodes, and the time the last decode took" });

  /**
   * Fills `root` and `below`; `parts` are the elements {lanes, slider, curve, axes, curves}. `on.play()`, `on.speed(x)`,
   * `on.back(whether)`.
   */
  constructor(root, below, { lanes, slider, curve, axes, curves }, on) {
    this.#fade = new GreyCanvas(this.#fadeCanvas);
    const caption = make("figcaption", { title: "The pictures at A and B, laid over each other" }, "Cross-fade of pixels");
    const fade = make("figure", { class: "fade" }, this.#fadeCanvas, caption);
    const t = make("output", { class: "continuity-t" }, make("i", {}, "t"), " ", this.#t);
    this.#play.addEventListener("click", on.play);
    this.playing = false;
    const hint = make("p", { class: "continuity-hint" }, AXES_HINT);
    const rows = make("div", { class: "rows-axes" }, hint, ...axes);
    root.replaceChildren(...lanes, make("div", { class: "transport" }, this.#play, t), slider, fade, curve, rows);
    below.replaceChildren(curves, make("div", { class: "continuity-playing" }, ...this.#playing(on)));
  }

  set playing(playing) {
    this.#play.textContent = playing ? "❚❚ Pause" : "▶ Play";
    this.#play.setAttribute("aria-pressed", String(playing));
  }

  /** Show the two end pictures laid over each other at t: (1 - t) A + t B, pixel by pixel. */
  blend(t, first, last) {
    this.#fade.draw(first.map((grey, i) => Math.round((1 - t) * grey + t * last[i])));
    this.#fadeCanvas.dataset.t = t;
  }

  /** Write how far on the way the pictures are. */
  write(t) {
    this.#t.textContent = t.toFixed(3);
  }

  set condition(condition) {
    this.#badge.textContent = badge(condition);
  }

  /** How Play plays, and what a decode costs. */
  #playing(on) {
    const speed = make("select", { "aria-label": "Speed" }, ...SPEEDS.map((x) => make("option", { value: x }, `${x} ×`)));
    speed.value = "1";
    speed.addEventListener("change", () => on.speed(Number(speed.value)));
    const back = make("input", { type: "checkbox", checked: "" });
    back.addEventListener("change", () => on.back(back.checked));
    const cost = make("details", {}, make("summary", {}, "Explain the speed"), this.#badge);
    return [make("label", {}, "Play at ", speed), make("label", {}, back, "there and back"), cost];
  }
}
