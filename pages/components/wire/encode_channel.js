// Client of the encode channel: WS /encode/{checkpoint}; a request is one image, 784 u8, its reply the posterior,
// f32 mean1, mean2, log-variance1, log-variance2, and the picture decoded at the mean, 784 u8.

import { Channel } from "./channel.js";
import { socketUrl } from "./connection.js";
import { PIXELS } from "./decode_channel.js";

export class EncodeChannel {
  #channel;

  /** `changed` is called with {open, sentence} when the connection comes and goes. */
  constructor(checkpoint, changed) {
    this.#channel = new Channel(socketUrl("encode", checkpoint), { changed });
  }

  /**
   * Encode an image, 784 grey values; a newer call replaces it as long as it waits. `drawn` gets {mean: [z1, z2],
   * deviation: [sigma1, sigma2], zeros for an autoencoder, pixels: Uint8Array of 784, decoded at the mean}.
   */
  follow(image, drawn) {
    this.#channel.follow(Uint8Array.from(image), (reply) => drawn(posterior(reply)));
  }

  close() {
    this.#channel.close();
  }
}

function posterior({ buffer, start }) {
  const view = new DataView(buffer, start);
  const [mean1, mean2, ...logVariances] = [0, 4, 8, 12].map((at) => view.getFloat32(at, true));
  return {
    mean: [mean1, mean2],
    deviation: logVariances.map((value) => Math.exp(value / 2)),
    pixels: new Uint8Array(buffer, start + 16, PIXELS),
  };
}
