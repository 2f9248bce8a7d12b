// The map: the test digits in the latent plane, a pinned point, and the pointer that is followed.
// Digits are drawn by whoever listens to this map's group (see bus.js).

import { announceChannel, announcePoint, answer } from "../wire/bus.js";
import { channelUrl, clamped, DecodeChannel } from "../wire/decode_channel.js";
import { listenToGestures } from "../plane/gestures.js";
import { createLegend } from "../plane/legend.js";
import { Manifold } from "./backdrop.js";
import { likelyDigit } from "./neighbours.js";
import { PinnedPoint } from "../plane/pinned_point.js";
import { loadPlotly, OPACITY } from "../plane/plane.js";
import { Scene } from "../plane/scene.js";
import { DECIMALS, Teller } from "../wire/teller.js";

const NO_ANSWER = "The server does not answer. The map follows the pointer again as soon as it does.";

/** Build the map inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const map = new LatentMap(data); // from here on the pinned point's digit is on its way
  try {
    await map.start(root, await loadPlotly(new URL(data.plotly, document.baseURI)), data);
  } catch (error) {
    map.dispose();
    throw error;
  }
  return map;
}

class LatentMap {
  #group;
  #scene = null; // until plotly.js is there
  #manifold = null;
  #point = new PinnedPoint((picture) => this.#announce(picture));
  #checkpoint = null;
  #channel = null;
  #condition = { open: false };
  #teller;
  #moved = false; // whether the keyboard has moved the pin since Python was told
  #stopAnswering;
  #stopGestures = () => {};

  /** Begins to decode, which needs no map. */
  constructor({ key, seen, checkpoint, pin }) {
    this.#group = key;
    this.#teller = new Teller("pin", seen);
    this.#stopAnswering = answer(key, () => {
      announceChannel({ group: key, ...this.#condition });
      this.#point.repeat();
    });
    this.#use(checkpoint);
    this.#point.place(pin);
  }

  /** Build the map inside `root`. */
  async start(root, Plotly) {
    this.#scene = new Scene(root, Plotly, {
      moved: () => {},
      settled: () => this.#manifold.refresh(),
      known: () => this.#meet(),
      themed: () => this.#manifold.setInk(this.#scene.theme.ink),
    });
    root.prepend(createLegend((hidden) => this.#scene.hide(hidden)));
    this.#manifold = new Manifold(this.#scene.plane, this.#scene.theme.ink);
    await this.#scene.start();
    this.#scene.overlay.mark("pin", this.#point.z);
    this.#showCondition();
    this.#stopGestures = listenToGestures(this.#scene.stage.plot, this.#scene.plane, {
      preview: (z, underFinger) => this.#preview(z.map(clamped), underFinger),
      leave: () => this.#leave(),
      pin: (z) => {
        this.#place(z);
        this.#tellPython();
      },
      nudge: (step) => {
        this.#place(this.#point.z.map((value, i) => value + step[i]));
        this.#scene.plane.reveal(...this.#point.z);
        this.#moved = true;
      },
      rest: () => this.#moved && this.#tellPython(),
    });
  }

  /** Streamlit's newest arguments: perhaps another checkpoint, another pin, another theme. */
  update(component) {
    const { data } = component;
    const known = this.#teller.knows(component);
    if (data.checkpoint !== this.#checkpoint) this.#use(data.checkpoint);
    this.#scene.use(data.checkpoint);
    if (known) this.#adopt(data.pin);
    this.#scene.overlay.showPrior(data.show_prior);
    this.#scene.plane.setOpacity(data.show_manifold ? OPACITY.over : OPACITY.alone);
    this.#manifold.set({ shown: data.show_manifold, channel: this.#channel });
    this.#scene.retheme();
  }

  dispose() {
    this.#stopAnswering();
    this.#teller.dispose();
    this.#stopGestures();
    this.#channel?.close();
    this.#manifold?.dispose();
    this.#scene?.dispose();
  }

  #use(checkpoint) {
    this.#checkpoint = checkpoint;
    this.#channel?.close();
    const channel = new DecodeChannel(channelUrl(checkpoint), (news) => channel === this.#channel && this.#hear(news));
    this.#channel = channel;
    this.#point.use(checkpoint, channel);
    if (this.#point.z) this.#point.place(this.#point.z);
  }

  #hear(news) {
    this.#condition = { ...this.#condition, ...news };
    announceChannel({ group: this.#group, ...this.#condition });
    if ("open" in news) this.#showCondition();
  }

  #showCondition() {
    const { open, sentence } = this.#condition;
    this.#scene?.stage.setNotice("channel", open || sentence === undefined ? "" : sentence || NO_ANSWER);
  }

  /** The test digits have come. */
  #meet() {
    this.#scene.plane.reveal(...this.#point.z);
    this.#speak();
    this.#point.repeat(); // whose digit can be named only now
  }

  #announce(picture) {
    announcePoint({ group: this.#group, ...picture, likely: this.#likely(picture.z1, picture.z2) });
  }

  #likely(z1, z2) {
    const latents = this.#scene?.latents;
    return latents ? likelyDigit(latents, z1, z2) : null;
  }

  #preview(z, underFinger) {
    if (underFinger) this.#scene.overlay.mark("preview", z); // a mouse has its own mark, the cursor
    this.#point.preview(z);
  }

  #leave() {
    this.#scene.overlay.mark("preview", null);
    this.#point.leave();
  }

  #place(z) {
    const rounded = z.map((value) => Number(clamped(value).toFixed(DECIMALS)));
    this.#scene.overlay.mark("preview", null);
    this.#scene.overlay.mark("pin", rounded);
    this.#point.place(rounded);
    this.#speak();
  }

  /** Take over a pin that came from Python; nothing happens if it is the one there is. */
  #adopt(pin) {
    const [z1, z2] = this.#point.z ?? [];
    if (pin[0] === z1 && pin[1] === z2) return;
    this.#place(pin);
    this.#scene.plane.reveal(...pin);
  }

  #tellPython() {
    this.#moved = false;
    const [z1, z2] = this.#point.z;
    this.#teller.tell({ z1, z2 });
  }

  #speak() {
    const likely = this.#likely(...this.#point.z);
    const digit = likely && `Likely digit ${likely.digit}: ${likely.count} of the ${likely.of} nearest test digits.`;
    this.#scene.stage.speak(this.#point.z, digit ?? "");
  }
}
