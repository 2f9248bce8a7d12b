// What one image costs: the loss in its parts to scale, and the posterior beside the encoder's Gaussian.

import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";
import { bytes } from "../wire/base64.js";
import { Teller } from "../wire/teller.js";
import { Balance } from "./balance.js";
import { PosteriorPlot } from "./posterior_plot.js";
import { Weight } from "./weight.js";

const SHADES = 2 ** 16 - 1;
const BINARY = "For the loss every pixel is ink or no ink.";
const MEANINGS = [
  ["reconstruction", "Reconstruction", "what the image costs once z is known, on average over the encoder’s z."],
  ["kl", "KL divergence", "what z costs: how far the encoder’s Gaussian is from the prior."],
  ["approximation", "Approximation gap", "not even the best Gaussian has the true posterior’s shape."],
  ["amortisation", "Amortisation gap", "one encoder serves all images, and misses the best Gaussian of this one."],
];
const ABSENT =
  "An autoencoder has no prior, and its code has no width. So there is no KL divergence, no ELBO and no p(x).";

/** Build it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Loss(root, data);
}

class Loss {
  #balance = new Balance();
  #posterior = new PosteriorPlot();
  #weight;
  #binary;
  #teller;
  #root;
  #beta = 1;
  #known = "";

  constructor(root, { seen, weight, strongest }) {
    this.#root = root;
    this.#teller = new Teller("weight", seen, weight);
    this.#weight = new Weight(strongest, { move: (beta) => this.#weigh(beta), rest: () => this.#tell() });
    const canvas = make("canvas", { "data-testid": "binary", role: "img", "aria-label": "The image in black and white" });
    this.#binary = new GreyCanvas(canvas);
    const binary = make("figure", { class: "binary" }, canvas, make("figcaption", {}, BINARY));
    const costs = make("div", { class: "costs" }, this.#balance.element, this.#weight.element);
    const absent = make("p", { class: "absent", "data-testid": "no-account" }, ABSENT);
    const meanings = MEANINGS.map(([kind, name, text]) => make("li", { class: `key ${kind}` }, make("b", {}, name), `: ${text}`));
    root.replaceChildren(binary, absent, costs, this.#posterior.element, make("ul", { class: "meanings" }, ...meanings));
    this.#adopt(weight.beta);
  }

  update(component) {
    const { account, binary, strongest, weight } = component.data;
    if (this.#teller.news(component, weight)?.length) this.#adopt(weight.beta);
    this.#binary.draw(pixels(binary));
    this.#root.classList.toggle("without", !account);
    const known = JSON.stringify(account);
    if (!account || known === this.#known) return;
    this.#known = known;
    const full = account.reconstruction + strongest * account.kl;
    this.#balance.draw(account, full);
    this.#weight.draw(account, full);
    this.#posterior.show(account, density(account.posterior));
  }

  dispose() {
    this.#teller.dispose();
    this.#posterior.dispose();
  }

  #adopt(beta) {
    this.#beta = beta;
    this.#weight.value = beta;
  }

  #weigh(beta) {
    this.#adopt(beta);
    this.#teller.soon(() => this.#tell());
  }

  #tell() {
    this.#teller.tell({ beta: this.#beta });
  }
}

/** 784 bits, the first in the highest bit of the first byte, as black and white. */
function pixels(text) {
  const packed = bytes(text);
  return Uint8Array.from({ length: 8 * packed.length }, (_, i) => 255 * ((packed[i >> 3] >> (7 - (i & 7))) & 1));
}

/** u16, little-endian, as shares of the peak. */
function density(text) {
  const view = new DataView(bytes(text).buffer);
  return Float32Array.from({ length: view.byteLength / 2 }, (_, i) => view.getUint16(2 * i, true) / SHADES);
}
