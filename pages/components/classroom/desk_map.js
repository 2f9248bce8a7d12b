// The teacher's live map: where a class has pinned, in the plane of one model; how many in which class; what is drawn there.

import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";
import { loadPlotly } from "../plane/plane.js";
import { Scene } from "../plane/scene.js";
import { announceRoom, answerRoom } from "../wire/bus.js";
import { PIXELS } from "../wire/decode_channel.js";
import { MAX_POINTS } from "../wire/limits.js";
import { choiceOf } from "./controls.js";

const AGAIN_MS = 500; // pins that move are decoded so often

export class DeskMap {
  #gallery = make("section", { class: "room-gallery", "aria-label": "What the decoder draws at the pins" });
  #scene;
  #models;
  #model; // the one on show, an element of the models
  #hasPlane = false;
  #choice;
  #places = {}; // name -> {model, z1, z2, at}
  #marked = null;
  #title = make("h2", {}, "");
  #counts = make("ul", { class: "room-counts", "data-testid": "room-counts" });
  #figures = new Map(); // name -> {element, canvas, z: as text}
  #decoding = new AbortController();
  #timer = 0;
  #stopAnswering;

  /**
   * Fills `element`, which is in the page already, for the theme is read there. `models`: [{name, title, classes, prior,
   * home}]; `plotly` is its address.
   */
  constructor(element, models, plotly) {
    this.#models = models;
    this.#model = models[0];
    this.#choice = choiceOf("Model on the map", models.map(({ name, title }) => [name, title]), (name) => this.#use(name));
    const root = make("div", { class: "latent-map" });
    element.append(make("div", { class: "room-row" }, this.#choice, this.#title), root, this.#counts, this.#gallery);
    this.#scene = new Scene(root);
    this.#scene.add({ known: () => this.#draw() });
    this.#stopAnswering = answerRoom(() => this.#announce());
    this.#start(plotly);
  }

  /** The name of the model on show. */
  get model() {
    return this.#model.name;
  }

  /** Show the pins {name: {model, z1, z2, at}}, or a question's answers in the same form; `marked` is a name or null. */
  show(places, marked, title) {
    this.#places = places;
    this.#marked = marked;
    this.#title.textContent = title;
    this.#draw();
  }

  /** Show another model's plane. */
  open(name) {
    const found = this.#models.some((model) => model.name === name);
    if (!found || name === this.model) return;
    this.#choice.querySelector("select").value = name;
    this.#use(name);
  }

  retheme() {
    this.#scene.retheme();
  }

  dispose() {
    clearTimeout(this.#timer);
    this.#decoding.abort();
    this.#stopAnswering();
    announceRoom({ pins: {}, marked: null });
    this.#scene.dispose();
  }

  async #start(plotly) {
    const nothing = () => {};
    await this.#scene.start(await loadPlotly(plotly), { pin: nothing, nudge: nothing, rest: nothing });
    this.#hasPlane = true;
    this.#use(this.model);
  }

  #use(name) {
    this.#model = this.#models.find((model) => model.name === name);
    if (!this.#hasPlane) return; // shown as soon as there is one
    this.#scene.connect(name);
    this.#scene.overlay.showPrior(this.#model.prior);
    this.#scene.show(name, this.#model.home ?? undefined, this.#model.classes);
    for (const { element } of this.#figures.values()) element.remove();
    this.#figures.clear();
    this.#draw();
  }

  get #here() {
    return Object.entries(this.#places).filter(([, { model }]) => model === this.model);
  }

  #announce() {
    announceRoom({ pins: this.#places, marked: this.#marked });
  }

  #draw() {
    this.#announce();
    this.#count();
    this.#timer ||= setTimeout(() => this.#decode(), AGAIN_MS);
  }

  /** By the label of the nearest code. */
  #count() {
    const { latents } = this.#scene;
    const here = this.#here;
    if (!latents?.classes.length) return this.#counts.replaceChildren();
    const counts = latents.classes.map(() => 0);
    for (const [, { z1, z2 }] of here) counts[labelAt(latents, z1, z2)] += 1;
    this.#counts.replaceChildren(
      ...latents.classes.map((name, label) => {
        const item = make("li", { title: `${counts[label]} of ${here.length} pins lie nearest to a code of ${name}` });
        item.style.setProperty("--digit-colour", `var(--digit-${label})`);
        item.append(make("span", {}, name), make("b", {}, String(counts[label])));
        item.toggleAttribute("data-some", counts[label] > 0);
        return item;
      }),
    );
  }

  /** Draw the pictures of new places; the newest stand first. */
  async #decode() {
    const { channel } = this.#scene;
    const here = this.#here.sort(([, one], [, other]) => (other.at ?? 0) - (one.at ?? 0)).slice(0, MAX_POINTS);
    this.#arrange(here);
    const missing = here.filter(([name, { z1, z2 }]) => this.#figures.get(name).z !== `${z1} ${z2}`);
    if (missing.length && channel) {
      const points = Float32Array.from(missing.flatMap(([, { z1, z2 }]) => [z1, z2]));
      const pixels = await channel.batch(points, this.#decoding.signal).catch(() => null);
      if (pixels && channel === this.#scene.channel) this.#paint(missing, pixels);
    }
    this.#timer = 0;
    if (!this.#decoding.signal.aborted && this.#isBehind) this.#timer = setTimeout(() => this.#decode(), AGAIN_MS);
  }

  get #isBehind() {
    const here = this.#here;
    if (here.length !== this.#figures.size && here.length <= MAX_POINTS) return true;
    return here.some(([name, { z1, z2 }]) => this.#figures.has(name) && this.#figures.get(name).z !== `${z1} ${z2}`);
  }

  #arrange(here) {
    const names = new Set(here.map(([name]) => name));
    for (const [name] of this.#figures) if (!names.has(name)) this.#figures.delete(name);
    for (const [name] of here) {
      if (this.#figures.has(name)) continue;
      const canvas = make("canvas", { role: "img", "aria-label": `What the decoder draws at ${name}’s pin` });
      const element = make("figure", {}, canvas, make("figcaption", {}, name));
      this.#figures.set(name, { element, grey: new GreyCanvas(canvas), z: "" });
    }
    const wanted = here.map(([name]) => this.#figures.get(name).element);
    const shown = [...this.#gallery.children];
    if (wanted.length !== shown.length || wanted.some((each, at) => each !== shown[at])) this.#gallery.replaceChildren(...wanted);
  }

  #paint(drawn, pixels) {
    drawn.forEach(([name, { z1, z2 }], index) => {
      const figure = this.#figures.get(name);
      if (!figure) return;
      figure.grey.draw(pixels.subarray(index * PIXELS, (index + 1) * PIXELS));
      figure.z = `${z1} ${z2}`;
    });
  }
}

function labelAt({ means, labels }, z1, z2) {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < labels.length; i++) {
    const square = (means[2 * i] - z1) ** 2 + (means[2 * i + 1] - z2) ** 2;
    if (square < least) [best, least] = [i, square];
  }
  return labels[best];
}
