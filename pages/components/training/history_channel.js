// Client of WS /history/{run}: a request is u32 snapshot, n x (f32 z1, f32 z2); its reply n x 784 u8.

import { Channel } from "../wire/channel.js";
import { socketUrl } from "../wire/connection.js";
import { encoded, pictures } from "../wire/decode_channel.js";

export class HistoryChannel {
  #channel;

  /** `changed` is called with {open, sentence} when the connection comes and goes. */
  constructor(run, changed) {
    this.#channel = new Channel(socketUrl("history", run), { changed });
  }

  /** The decoder of one snapshot, as a decode channel: follow(z1, z2, drawn) and forget(). */
  at(snapshot) {
    return {
      follow: (z1, z2, drawn) => {
        const points = Float32Array.of(z1, z2);
        this.#channel.follow(asked(snapshot, points), (reply) => drawn(pictures(reply, points)));
      },
      forget: () => this.#channel.forget(),
    };
  }

  /**
   * Decode up to 256 points, [z1, z2, z1, z2, ...], by a snapshot, when the pointer leaves room; resolves to n x 784
   * bytes. Rejects with the signal's reason when it is aborted, and with an Error when the channel is closed.
   */
  async batch(snapshot, points, signal) {
    return pictures(await this.#channel.batch(asked(snapshot, points), signal), points);
  }

  close() {
    this.#channel.close();
  }
}

function asked(snapshot, points) {
  const body = encoded(points, 4);
  new DataView(body.buffer).setUint32(0, snapshot, true);
  return body;
}
