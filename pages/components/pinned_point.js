// One pinned point of the plane and the pointer's passing ones: which of them is decoded and shown.

import { announceChannel, announcePoint, answer } from "./bus.js";
import { channelUrl, DecodeChannel } from "./decode_channel.js";

export class PinnedPoint {
  #group;
  #likely;
  #connected;
  #model = null;
  #channel = null;
  #condition = { open: false };
  #pin = null; // {z1, z2, pixels: null until they have come}
  #shown = null; // the picture announced last
  #stopAnswering;

  /**
   * Announces pictures under `group`. `likely(z1, z2)` names the digit that lives there, or null;
   * `connected({open, sentence})` hears when the decode channel comes and goes.
   */
  constructor(group, { likely, connected }) {
    this.#group = group;
    this.#likely = likely;
    this.#connected = connected;
    this.#stopAnswering = answer(group, () => {
      announceChannel({ group, ...this.#condition });
      this.repeat();
    });
  }

  /** [z1, z2], or null before the first `place`. */
  get z() {
    return this.#pin && [this.#pin.z1, this.#pin.z2];
  }

  /** The decode channel of the model in use. */
  get channel() {
    return this.#channel;
  }

  /** Decode with another checkpoint from now on. */
  use(model) {
    this.#channel?.close();
    this.#model = model;
    const channel = new DecodeChannel(channelUrl(model), (news) => channel === this.#channel && this.#hear(news));
    this.#channel = channel;
    if (this.#pin) this.place(this.z);
  }

  /** Pin z and show its picture. */
  place([z1, z2]) {
    const pin = { z1, z2, pixels: null };
    this.#pin = pin;
    this.#channel.follow(z1, z2, (pixels) => {
      pin.pixels = pixels;
      this.#show(pin, "pin");
    });
  }

  /** Show the picture of z in passing. */
  preview([z1, z2]) {
    this.#channel.follow(z1, z2, (pixels) => this.#show({ z1, z2, pixels }, "preview"));
  }

  /** Show the pinned point's picture again. */
  leave() {
    this.#channel.forget();
    if (this.#pin.pixels) this.#show(this.#pin, "pin");
    else this.place(this.z);
  }

  /** Announce the picture on show again, because what is known about its place has changed. */
  repeat() {
    if (this.#shown) this.#show(this.#shown, this.#shown.phase);
  }

  close() {
    this.#stopAnswering();
    this.#channel?.close();
  }

  #show({ z1, z2, pixels }, phase) {
    const likely = this.#likely(z1, z2);
    this.#shown = { group: this.#group, model: this.#model, z1, z2, pixels, phase, likely };
    announcePoint(this.#shown);
  }

  #hear(news) {
    this.#condition = { ...this.#condition, ...news };
    announceChannel({ group: this.#group, ...this.#condition });
    if ("open" in news) this.#connected(news);
  }
}
