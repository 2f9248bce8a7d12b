// Client of the decode channel: WS /decode/{checkpoint}; a request is n x (f32 z1, f32 z2), its reply n x 784 u8.

import { Channel } from "./channel.js";
import { socketUrl } from "./connection.js";

export const PIXELS = 784;

const STATUS_EVERY_MS = 1000;

export class DecodeChannel {
  #channel;
  #report;
  #statusTimer = 0;
  #statusAt = -Infinity;

  /**
   * `report` is called with {open, sentence} when the connection comes and goes, and with its status:
   * {device, decodeMs, batch}, the time of the last decode and how many digits it drew together, null before any.
   */
  constructor(checkpoint, report) {
    this.#report = report;
    this.#channel = new Channel(socketUrl("decode", checkpoint), {
      changed: (condition) => this.#changed(condition),
      heard: (text) => this.#hear(text),
      replied: () => this.#askSoon(),
    });
  }

  /** Decode one point; a newer call replaces it as long as it waits. `drawn(pixels)` gets 784 bytes. */
  follow(z1, z2, drawn) {
    this.followAll(Float32Array.of(z1, z2), drawn);
  }

  /** The same for up to 256 points that move together, [z1, z2, z1, z2, ...]; `drawn` gets n x 784 bytes. */
  followAll(points, drawn) {
    this.#channel.follow(encoded(points), (reply) => drawn(pictures(reply, points)));
  }

  /** Whatever point is still being followed will not be drawn any more. */
  forget() {
    this.#channel.forget();
  }

  /**
   * Decode up to 256 points, [z1, z2, z1, z2, ...], when the pointer leaves room; resolves to n x 784 bytes.
   * Rejects with the signal's reason when it is aborted, and with an Error when the channel is closed.
   */
  async batch(points, signal) {
    return pictures(await this.#channel.batch(encoded(points), signal), points);
  }

  close() {
    clearTimeout(this.#statusTimer);
    this.#channel.close();
  }

  #changed(condition) {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = 0;
    this.#report(condition);
    if (condition.open) this.#askStatus();
  }

  #hear(text) {
    const { device, decode_ms: decodeMs, batch } = JSON.parse(text);
    this.#report({ device, decodeMs, batch });
  }

  /** Of a row of pictures the last one's time is asked for, too. */
  #askSoon() {
    this.#statusTimer ||= setTimeout(() => this.#askStatus(), this.#statusAt + STATUS_EVERY_MS - performance.now());
  }

  #askStatus() {
    this.#statusTimer = 0;
    this.#statusAt = performance.now();
    this.#channel.say("status");
  }
}

/** Points as they are sent, after `start` bytes that are left to the caller. */
export function encoded(points, start = 0) {
  const body = new DataView(new ArrayBuffer(start + 4 * points.length));
  points.forEach((value, i) => body.setFloat32(start + 4 * i, value, true));
  return new Uint8Array(body.buffer);
}

/** The n x 784 bytes of a reply to n points. */
export function pictures({ buffer, start }, points) {
  return new Uint8Array(buffer, start, (points.length / 2) * PIXELS);
}
