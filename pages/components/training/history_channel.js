// Client of WS /history/{run}: a request is u32 snapshot, n x (f32 z1, f32 z2); its reply n x 784 u8.

import { Channel, channelUrl } from "../wire/channel.js";
import { PIXELS } from "../wire/decode_channel.js";

export class HistoryChannel {
  #channel;

  /** `changed` is called with {open, sentence} when the connection comes and goes. */
  constructor(run, changed) {
    this.#channel = new Channel(channelUrl("history", run), { changed });
  }

  /** The decoder of one snapshot, as a decode channel: follow(z1, z2, drawn) and forget(). */
  at(snapshot) {
    return {
      follow: (z1, z2, drawn) => {
        const points = Float32Array.of(z1, z2);
        this.#channel.follow(encoded(snapshot, points), (reply) => drawn(pictures(reply, points)));
      },
      forget: () => this.#channel.forget(),
    };
  }

  /**
   * Decode up to 256 points, [z1, z2, z1, z2, ...], by a snapshot, when the pointer leaves room; resolves to n x 784
   * bytes. Rejects with the signal's reason when it is aborted, and with an Error when the channel is closed.
   */
  async batch(snapshot, points, signal) {
    return pictures(await this.#channel.batch(encoded(snapshot, points), signal), points);
  }

  close() {
    this.#channel.close();
  }
}

function encoded(snapshot, points) {
  const body = new DataView(new ArrayBuffer(4 + 4 * points.length));
  body.setUint32(0, snapshot, true);
  points.forEach((value, i) => body.setFloat32(4 + 4 * i, value, true));
  return new Uint8Array(body.buffer);
}

function pictures({ buffer, start }, points) {
  return new Uint8Array(buffer, start, (points.length / 2) * PIXELS);
}
