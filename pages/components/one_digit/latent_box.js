// The encoder's answer: mean and width as numbers, on the map of the test digits, and under a lens.

import { make, makeSvg } from "../parts/dom.js";
import { Scene } from "../plane/scene.js";
import { Lens } from "./lens.js";
import { Marks, set } from "./marks.js";

const DECIMALS = { mu: 2, sigma: 3 };
const NAME = "The latent plane with the test images, and where the image lies.";
const KEYS = "Plus and minus zoom, zero returns to the first view.";
const POINT = "An autoencoder gives a point and no width: no ellipse, and no noise.";

export class LatentBox {
  element;
  scene;
  #map = make("div", { class: "latent-map" });
  #lens = new Lens(() => this.#place());
  #ledge = make("p", { class: "latent-ledge" }, POINT);
  #numbers = {};
  #leaders = makeSvg("path", { class: "leaders" });
  #marks = new Marks({
    mean: makeSvg("circle", { class: "map-mean", r: 8, "data-testid": "map-mean" }),
    point: makeSvg("circle", { class: "map-point", r: 2.5 }),
  });
  #shown = null;
  #drawn = false; // whether the map has axes

  constructor() {
    const rows = ["mu", "sigma"].flatMap((name) => [1, 2].map((axis) => this.#row(name, axis)));
    const table = make("dl", { class: "latent-numbers" }, ...rows);
    const under = make("div", { class: "latent-under" }, this.#lens.element, this.#ledge, table);
    this.element = make("div", { class: "latent-box" }, this.#map, under);
    this.scene = new Scene(this.#map);
    const svg = makeSvg("svg", { class: "latent-map-overlay", "aria-hidden": "true" }, this.#leaders, this.#marks.element);
    this.scene.stage.above.append(svg);
    this.scene.overlay.showPrior(false);
    this.scene.stage.plot.setAttribute("aria-label", `${NAME} ${KEYS}`);
    this.scene.add({
      place: () => {
        this.#drawn = true;
        this.#place();
      },
    });
  }

  async start(Plotly) {
    await this.scene.start(Plotly, { pin() {}, nudge() {}, rest() {} });
  }

  dispose() {
    this.#lens.dispose();
    this.scene.dispose();
  }

  /** Show {mean, deviation, z, cloud} (see marks.js). */
  show(shown) {
    this.#shown = shown;
    const { mean, deviation } = shown;
    for (const [name, values] of Object.entries({ mu: mean, sigma: deviation })) {
      values.forEach((value, axis) => {
        const output = this.#numbers[`${name}${axis + 1}`];
        output.textContent = value.toFixed(DECIMALS[name]).replace("-", "−");
        output.dataset.value = value;
      });
    }
    this.#place();
  }

  #row(name, axis) {
    const output = make("dd", { "data-testid": `${name}${axis}` });
    this.#numbers[`${name}${axis}`] = output;
    const symbol = make("dt", {}, { mu: "μ", sigma: "σ" }[name], make("sub", {}, axis));
    return make("div", { class: `number-${name}` }, symbol, output);
  }

  #place() {
    const { plane } = this.scene;
    if (!this.#shown || !this.#drawn) return;
    const [origin, right] = [plane.pixelOf(0, 0), plane.pixelOf(1, 0)];
    const unit = right[0] - origin[0];
    this.#marks.place(this.#shown, (z1, z2) => plane.pixelOf(z1, z2), unit);
    this.#lens.show(this.#shown, unit);
    const [x, y] = plane.pixelOf(...this.#shown.mean);
    const { side } = plane;
    set(this.#leaders, { d: `M0 ${side}L${x - 8} ${y}M${this.#lens.width} ${side}L${x + 8} ${y}` });
  }
}
