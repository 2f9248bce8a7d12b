// The plane with all that belongs to it: test digits and their names, the decode channel, zoom buttons, notices, gestures,
// light and dark, and the layers that a page adds.
//
// A layer is an object with any of these: place() follows the plane's axes, settled() hears that they have come to rest,
// known() that another checkpoint's test digits are shown, themed(theme) that light has become dark, dispose() ends it.

import { areDigits, DIGITS } from "../parts/classes.js";
import { announcePin } from "../wire/bus.js";
import { ChannelPool } from "../wire/channel_pool.js";
import { fetchLatents } from "../wire/latents.js";
import { listenToGestures } from "./gestures.js";
import { landmarks } from "./landmarks.js";
import { Overlay } from "./overlay.js";
import { OthersPins } from "./others_pins.js";
import { Plane } from "./plane.js";
import { createStage } from "./stage.js";
import { readTheme } from "./theme.js";

const LOADING = { plane: "Loading the map.", latents: "Loading the test images." };
const NO_ANSWER = "The server does not answer. The pictures follow again as soon as it does.";

/** Where classes are written: digits on each of their islands, longer names once, on the largest. */
function namedPlaces(latents) {
  const { classes } = latents;
  if (!classes.length) return [];
  return areDigits(classes) ? landmarks(latents) : landmarks(latents).map((places) => places.slice(0, 1));
}

export class Scene {
  stage;
  plane;
  overlay;
  theme;
  latents = null; // as in latents.js, with the names of its `classes`, of the checkpoint in use
  channel = null; // the decode channel of the checkpoint in use
  #checkpoint = null;
  #channels = new ChannelPool((condition) => this.#hear(condition));
  #channelChanged;
  #hidden = new Set();
  #places = []; // of the digits' names
  #load;
  #loading = new AbortController();
  #layers = [];
  #others;
  #stopGestures = () => {};

  /**
   * Fills `root`. `load` finds a checkpoint's test digits as `fetchLatents` does; `channelChanged` hears how the decode
   * channel in use is (see channel_pool.js).
   */
  constructor(root, { load = fetchLatents, channelChanged = () => {} } = {}) {
    this.#load = load;
    this.#channelChanged = channelChanged;
    this.stage = createStage(root, {
      zoomIn: () => this.plane.zoom(1 / 1.5),
      zoomOut: () => this.plane.zoom(1.5),
      home: () => this.plane.viewHome(),
    });
    this.theme = readTheme(root);
    this.plane = new Plane(this.stage.plot, {
      moved: () => this.#each("place"),
      settled: () => this.#each("settled"),
    });
    this.stage.setNotice("plane", LOADING.plane);
    this.overlay = this.add(new Overlay(this.stage.above, this.plane));
    this.#others = this.add(new OthersPins(this.stage, this.plane));
  }

  /** Draw the plane; `gestures` hears what hands do on it (see gestures.js). */
  async start(Plotly, gestures) {
    await this.plane.start(Plotly, readTheme(this.stage.plot)); // its style sheets have come meanwhile
    this.retheme();
    this.stage.setNotice("plane", "");
    this.stage.ready();
    this.#each("place");
    const pin = (z) => {
      gestures.pin(z);
      this.announcePin(z);
    };
    const rest = () => {
      gestures.rest();
      this.announcePin(null);
    };
    this.#stopGestures = listenToGestures(this.stage.plot, this.plane, { ...gestures, pin, rest });
  }

  /** Let a layer take part in what happens to the plane. Returns it. */
  add(layer) {
    this.#layers.push(layer);
    return layer;
  }

  /** The set of digits that are hidden. */
  get hidden() {
    return this.#hidden;
  }

  /** Hide the digits of the set `hidden`, show the others. */
  hide(hidden) {
    this.#hidden = hidden;
    this.plane.setHidden(hidden);
    this.overlay.name(this.#places, hidden, this.latents?.classes);
  }

  /** Decode with another checkpoint from now on; its test digits come with `show`. Returns its channel. */
  connect(checkpoint) {
    this.channel = this.#channels.use(checkpoint);
    return this.channel;
  }

  /**
   * Show the test digits of another checkpoint; nothing happens if it is the one there is. `home` is its first view,
   * that of all its digits if it is left out; where two checkpoints share it, the view stays as it is. `classes` are
   * the names of what its labels count.
   */
  async show(checkpoint, home, classes = DIGITS) {
    if (checkpoint === this.#checkpoint) return;
    this.#checkpoint = checkpoint;
    this.#others.model = checkpoint;
    this.latents = null;
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.stage.plot.setAttribute("aria-busy", "true");
    const failed = (sentence) => this.stage.setNotice("latents", sentence);
    this.stage.setNotice("latents", LOADING.latents);
    const found = await this.#load(checkpoint, signal, failed).catch(() => null);
    if (!found || signal.aborted) return;
    const latents = { ...found, classes };
    this.stage.setNotice("latents", "");
    await this.plane.show(latents, home);
    if (signal.aborted) return;
    this.latents = latents;
    this.#places = namedPlaces(latents);
    this.overlay.name(this.#places, this.#hidden, classes);
    this.#each("known");
    this.stage.plot.setAttribute("aria-busy", "false");
  }

  /** Of a hand's pin on the map; where the page has put its mark counts, as a click may have meant a dot. */
  announcePin(z) {
    const there = this.overlay.pinned ?? z;
    if (there && this.#checkpoint) announcePin({ model: this.#checkpoint, z1: there[0], z2: there[1] });
  }

  retheme() {
    const theme = readTheme(this.stage.plot);
    if (JSON.stringify(theme) === JSON.stringify(this.theme)) return;
    this.theme = theme;
    this.plane.setTheme(theme);
    this.#each("themed", theme);
  }

  dispose() {
    this.#stopGestures();
    this.#loading.abort();
    this.#channels.close();
    this.#each("dispose");
    this.plane.dispose();
  }

  #each(happened, ...about) {
    for (const layer of this.#layers) layer[happened]?.(...about);
  }

  #hear(condition) {
    const { open, sentence } = condition;
    this.stage.setNotice("channel", open === false ? sentence || NO_ANSWER : "");
    this.#channelChanged(condition);
  }
}
