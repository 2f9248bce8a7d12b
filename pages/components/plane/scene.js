// The plane with all that belongs to it: test digits and their names, zoom buttons, notices, light and dark.

import { fetchLatents } from "../wire/latents.js";
import { landmarks } from "./landmarks.js";
import { Overlay } from "./overlay.js";
import { Plane } from "./plane.js";
import { createStage } from "./stage.js";
import { readTheme } from "./theme.js";

export class Scene {
  stage;
  plane;
  overlay;
  theme;
  latents = null; // as in latents.js, of the checkpoint in use
  #checkpoint = null;
  #hidden = new Set();
  #places = []; // of the digits' names
  #load;
  #loading = new AbortController();
  #on;

  /**
   * Fills `root`. `load` finds a checkpoint's test digits as `fetchLatents` does. `on.moved()` whenever the axes move
   * under the pixels, `on.settled()` when they have come to rest, `on.known()` when a checkpoint's test digits have
   * come, `on.themed()` when light has become dark.
   */
  constructor(root, Plotly, on, { load = fetchLatents } = {}) {
    this.#on = on;
    this.#load = load;
    this.stage = createStage(root, {
      zoomIn: () => this.plane.zoom(1 / 1.5),
      zoomOut: () => this.plane.zoom(1.5),
      home: () => this.plane.viewHome(),
    });
    this.theme = readTheme(root);
    this.plane = new Plane(Plotly, this.stage.plot, {
      theme: this.theme,
      moved: () => this.#place(),
      settled: () => on.settled(),
    });
    this.overlay = new Overlay(this.stage.above, this.plane);
  }

  async start() {
    await this.plane.start();
    this.#place();
  }

  /** Hide the digits of the set `hidden`, show the others. */
  hide(hidden) {
    this.#hidden = hidden;
    this.plane.setHidden(hidden);
    this.overlay.name(this.#places, hidden);
  }

  /**
   * Show the test digits of another checkpoint; nothing happens if it is the one there is. `home` is its first view,
   * that of all its digits if it is left out; where two checkpoints share it, the view stays as it is.
   */
  async use(checkpoint, home) {
    if (checkpoint === this.#checkpoint) return;
    this.#checkpoint = checkpoint;
    this.latents = null;
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.stage.plot.setAttribute("aria-busy", "true");
    const failed = (sentence) => this.stage.setNotice("latents", sentence);
    this.stage.setNotice("latents", "Loading the test digits.");
    const latents = await this.#load(checkpoint, signal, failed).catch(() => null);
    if (!latents || signal.aborted) return;
    this.stage.setNotice("latents", "");
    await this.plane.show(latents, home);
    if (signal.aborted) return;
    this.latents = latents;
    this.#places = landmarks(latents);
    this.overlay.name(this.#places, this.#hidden);
    this.#on.known();
    this.stage.plot.setAttribute("aria-busy", "false");
  }

  retheme() {
    const theme = readTheme(this.stage.plot);
    if (JSON.stringify(theme) === JSON.stringify(this.theme)) return;
    this.theme = theme;
    this.plane.setTheme(theme);
    this.#on.themed();
  }

  dispose() {
    this.#loading.abort();
    this.plane.dispose();
  }

  #place() {
    this.overlay.place();
    this.#on.moved();
  }
}
