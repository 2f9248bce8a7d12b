// The map: the test digits in the latent plane, a pinned point, and the pointer that is followed.
// Digits are drawn by whoever listens to this map's group (see bus.js).

import { MAX_COORDINATE } from "./decode_channel.js";
import { listenToGestures } from "./gestures.js";
import { fetchLatents } from "./latents.js";
import { landmarks } from "./landmarks.js";
import { fillLegend } from "./legend.js";
import { Manifold } from "./manifold.js";
import { likelyDigit } from "./neighbours.js";
import { Overlay } from "./overlay.js";
import { PinnedPoint } from "./pinned_point.js";
import { loadPlotly, Plane } from "./plane.js";
import { createStage } from "./stage.js";
import { readTheme } from "./theme.js";

const NO_ANSWER = "The server does not answer. The map follows the pointer again as soon as it does.";
const DECIMALS = 4; // of a pinned point: what an address carries, and far finer than a pixel

/** Build the map inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const Plotly = await loadPlotly(new URL(data.plotly, document.baseURI));
  const map = new LatentMap(root, Plotly, data);
  await map.start();
  return map;
}

class LatentMap {
  #stage;
  #plane;
  #overlay;
  #manifold;
  #point;
  #checkpoint = null;
  #latents = null;
  #hidden = new Set();
  #places = []; // of the digits' names
  #loading = new AbortController();
  #seen; // pins told to Python so far; it answers how many of them it knows
  #moved = false; // whether the keyboard has moved the pin since Python was told
  #tell = () => {};
  #theme;
  #stopGestures = () => {};

  constructor(root, Plotly, { key, colours, seen }) {
    this.#seen = seen;
    this.#stage = createStage(root, {
      zoomIn: () => this.#plane.zoom(1 / 1.5),
      zoomOut: () => this.#plane.zoom(1.5),
      home: () => this.#plane.viewHome(),
    });
    this.#theme = readTheme(root);
    this.#plane = new Plane(Plotly, this.#stage.plot, {
      colours,
      theme: this.#theme,
      moved: () => this.#overlay.place(),
      settled: () => this.#manifold.refresh(),
    });
    this.#overlay = new Overlay(this.#stage.above, this.#plane);
    this.#manifold = new Manifold(this.#plane, this.#theme.ink);
    this.#point = new PinnedPoint(key, {
      likely: (z1, z2) => this.#latents && likelyDigit(this.#latents, z1, z2),
      connected: ({ open, sentence }) => this.#stage.setNotice("channel", open ? "" : sentence || NO_ANSWER),
    });
    fillLegend(this.#stage.legend, colours, (hidden) => {
      this.#hidden = hidden;
      this.#plane.setHidden(hidden);
      this.#overlay.name(this.#places, hidden);
    });
  }

  async start() {
    await this.#plane.start();
    this.#overlay.place();
    this.#stopGestures = listenToGestures(this.#stage.plot, this.#plane, {
      preview: (z, underFinger) => this.#preview(z.map(clamp), underFinger),
      leave: () => this.#leave(),
      pin: (z) => {
        this.#place(z);
        this.#tellPython();
      },
      nudge: (step) => {
        this.#place(this.#point.z.map((value, i) => value + step[i]));
        this.#plane.reveal(...this.#point.z);
        this.#moved = true;
      },
      rest: () => this.#moved && this.#tellPython(),
    });
  }

  /** Streamlit's newest arguments: perhaps another checkpoint, another pin, another theme. */
  update({ data, setStateValue }) {
    this.#tell = (pin) => setStateValue("pin", pin);
    if (data.checkpoint !== this.#checkpoint) this.#use(data.checkpoint);
    // Until Python has seen the newest pin, what it sends is an echo of an older one.
    if (data.seen >= this.#seen || !this.#point.z) this.#adopt(data.pin);
    this.#overlay.showPrior(data.show_prior);
    this.#plane.setFaded(data.show_manifold);
    this.#manifold.set({ shown: data.show_manifold, channel: this.#point.channel });
    this.#retheme();
  }

  dispose() {
    this.#loading.abort();
    this.#stopGestures();
    this.#point.close();
    this.#manifold.dispose();
    this.#plane.dispose();
  }

  #use(checkpoint) {
    this.#checkpoint = checkpoint;
    this.#latents = null;
    this.#point.use(checkpoint);
    this.#showLatents(checkpoint);
  }

  async #showLatents(checkpoint) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#stage.plot.setAttribute("aria-busy", "true");
    const failed = (sentence) => this.#stage.setNotice("latents", sentence);
    this.#stage.setNotice("latents", "Loading the test digits.");
    const latents = await fetchLatents(checkpoint, signal, failed).catch(() => null);
    if (!latents || signal.aborted) return;
    this.#latents = latents;
    this.#stage.setNotice("latents", "");
    await this.#plane.show(latents);
    if (signal.aborted) return;
    this.#places = landmarks(latents);
    this.#overlay.name(this.#places, this.#hidden);
    this.#plane.reveal(...this.#point.z);
    this.#stage.plot.setAttribute("aria-busy", "false");
    this.#speak();
    this.#point.repeat(); // whose digit can be named only now
  }

  #preview(z, underFinger) {
    if (underFinger) this.#overlay.mark("preview", z); // a mouse has its own mark, the cursor
    this.#point.preview(z);
  }

  #leave() {
    this.#overlay.mark("preview", null);
    this.#point.leave();
  }

  #place(z) {
    const rounded = z.map((value) => Number(clamp(value).toFixed(DECIMALS)));
    this.#overlay.mark("preview", null);
    this.#overlay.mark("pin", rounded);
    this.#point.place(rounded);
    this.#speak();
  }

  /** Take over a pin that came from Python; nothing happens if it is the one there is. */
  #adopt(pin) {
    const [z1, z2] = this.#point.z ?? [];
    if (pin[0] === z1 && pin[1] === z2) return;
    this.#place(pin);
    this.#plane.reveal(...pin);
  }

  #tellPython() {
    this.#moved = false;
    this.#seen += 1;
    const [z1, z2] = this.#point.z;
    this.#tell({ z1, z2, count: this.#seen });
  }

  #speak() {
    const [z1, z2] = this.#point.z.map((value) => value.toFixed(2).replace("-", "minus "));
    const likely = this.#latents && likelyDigit(this.#latents, ...this.#point.z);
    const digit = likely && `Likely digit ${likely.digit}: ${likely.count} of the ${likely.of} nearest test digits.`;
    this.#stage.spoken.textContent = `z1 ${z1}, z2 ${z2}. ${digit ?? ""}`;
  }

  #retheme() {
    const theme = readTheme(this.#stage.plot);
    if (JSON.stringify(theme) === JSON.stringify(this.#theme)) return;
    this.#theme = theme;
    this.#plane.setTheme(theme);
    this.#manifold.setInk(theme.ink);
  }
}

function clamp(value) {
  return Math.min(Math.max(value, -MAX_COORDINATE), MAX_COORDINATE);
}
