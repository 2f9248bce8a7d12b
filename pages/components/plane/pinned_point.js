// One pinned point of the plane and the pointer's passing ones: which of them is decoded and shown.

export class PinnedPoint {
  #model = null;
  #channel = null;
  #pin = null; // {z1, z2, pixels: null until they have come}
  #last = null; // the picture shown last
  #shown;

  /** `shown` gets every picture: {model, z1, z2, pixels: Uint8Array of 784, phase: "pin" or "preview"}. */
  constructor(shown) {
    this.#shown = shown;
  }

  /** [z1, z2], or null before the first `place`. */
  get z() {
    return this.#pin && [this.#pin.z1, this.#pin.z2];
  }

  /**
   * Decode with another checkpoint from now on, by way of its decode channel. What is shown stays until the next call,
   * which asks for the pinned point's picture anew.
   */
  use(model, channel) {
    this.#channel?.forget();
    this.#model = model;
    this.#channel = channel;
    if (this.#pin) this.#pin = { ...this.#pin, pixels: null };
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

  /** Show the pinned point's picture again, if there is one. */
  leave() {
    this.#channel.forget();
    if (!this.#pin) return;
    if (this.#pin.pixels) this.#show(this.#pin, "pin");
    else this.place(this.z);
  }

  /** Show the last picture again, because what is known about its place has changed. */
  repeat() {
    if (this.#last) this.#shown(this.#last);
  }

  #show({ z1, z2, pixels }, phase) {
    this.#last = { model: this.#model, z1, z2, pixels, phase };
    this.#shown(this.#last);
  }
}
