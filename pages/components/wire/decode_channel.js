// Client of the decode channel: WS /decode/{checkpoint}, little-endian frames,
// request `u32 sequence, n x (f32 z1, f32 z2)`, reply `u32 sequence, n x 784 u8`.
//
// At most one request is in flight. A point that is followed (the pointer) replaces the one that waits, so a slow
// link lowers the rate and never builds a queue; batches (a lattice, a path) wait until no point does.

export const PIXELS = 784;

const STATUS_EVERY_MS = 1000;
const REPLY_WITHIN_MS = 15000; // a connection that is silent for longer is dead, whatever the operating system says
const BACKOFF_MS = { first: 250, longest: 4000 };
const REFUSED = new Set([1003, 1007, 1009]); // the request itself was wrong: asking again would not help

/** URL of the channel of one checkpoint, on the server that served this page. */
export function channelUrl(checkpoint) {
  const url = new URL(`decode/${encodeURIComponent(checkpoint)}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

export class DecodeChannel {
  #url;
  #report;
  #socket = null;
  #open = false;
  #sequence = 0;
  #inFlight = null; // {points, settle, single, sequence}
  #followed = null; // the newest point or points that nobody has asked the server for yet
  #batches = [];
  #failures = 0;
  #retryTimer = 0;
  #replyTimer = 0;
  #statusTimer = 0;
  #statusAt = -Infinity;
  #closed = false;
  #wake = () => this.#retryNow();

  /**
   * `report` is called with {open, sentence} when the connection comes and goes, and with its status:
   * {device, decodeMs, batch}, the time of the last decode and how many digits it drew together, null before any.
   */
  constructor(url, report) {
    this.#url = url;
    this.#report = report;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** Decode one point; a newer call replaces it as long as it waits. `drawn(pixels)` gets 784 bytes. */
  follow(z1, z2, drawn) {
    this.followAll(Float32Array.of(z1, z2), drawn);
  }

  /** The same for up to 256 points that move together, [z1, z2, z1, z2, ...]; `drawn` gets n x 784 bytes. */
  followAll(points, drawn) {
    this.#followed = { points, settle: drawn, single: true };
    this.#pump();
  }

  /** Whatever point is still being followed will not be drawn any more. */
  forget() {
    this.#followed = null;
    if (this.#inFlight?.single) this.#inFlight.settle = () => {};
  }

  /**
   * Decode up to 256 points, [z1, z2, z1, z2, ...], when the pointer leaves room; resolves to n x 784 bytes.
   * Rejects with the signal's reason when it is aborted, and with an Error when the channel is closed.
   */
  batch(points, signal) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error("The decode channel is closed."));
      if (signal.aborted) return reject(signal.reason);
      const entry = { points, settle: resolve, fail: reject, single: false, signal };
      signal.addEventListener("abort", () => {
        this.#batches = this.#batches.filter((waiting) => waiting !== entry);
        reject(signal.reason);
      });
      this.#batches.push(entry);
      this.#pump();
    });
  }

  close() {
    this.#closed = true;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#replyTimer);
    clearTimeout(this.#statusTimer);
    this.#socket?.close();
    for (const { fail } of this.#batches) fail(new Error("The decode channel is closed."));
    this.#batches = [];
    this.#followed = this.#inFlight = null;
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.#report({ open: true });
      this.#askStatus();
      this.#pump();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = (event) => this.#lost(event);
  }

  #pump() {
    if (!this.#open || this.#inFlight) return;
    const next = this.#followed ?? this.#batches.shift();
    if (!next) return;
    if (next === this.#followed) this.#followed = null;
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#inFlight = { ...next, sequence: this.#sequence };
    this.#socket.send(encodeRequest(this.#sequence, next.points));
    this.#expectReply();
  }

  #receive(data) {
    this.#failures = 0;
    if (typeof data === "string") {
      const { device, decode_ms: decodeMs, batch } = JSON.parse(data);
      this.#report({ device, decodeMs, batch });
      return;
    }
    const asked = this.#inFlight;
    if (!asked || new DataView(data).getUint32(0, true) !== asked.sequence) return;
    clearTimeout(this.#replyTimer);
    this.#inFlight = null;
    asked.settle(new Uint8Array(data, 4, (asked.points.length / 2) * PIXELS));
    this.#pump();
    // Of a row of pictures the last one's time is asked for, too.
    this.#statusTimer ||= setTimeout(() => this.#askStatus(), this.#statusAt + STATUS_EVERY_MS - performance.now());
  }

  #askStatus() {
    this.#statusTimer = 0;
    this.#statusAt = performance.now();
    this.#socket.send("status");
  }

  #expectReply() {
    clearTimeout(this.#replyTimer);
    this.#replyTimer = setTimeout(() => {
      const silent = this.#socket;
      silent.onopen = silent.onmessage = silent.onclose = null;
      silent.close();
      this.#lost({ code: 1006, reason: "" });
    }, REPLY_WITHIN_MS);
  }

  #lost({ code, reason }) {
    this.#open = false;
    clearTimeout(this.#replyTimer);
    clearTimeout(this.#statusTimer);
    this.#statusTimer = 0;
    if (this.#closed) return;
    if (this.#inFlight && !REFUSED.has(code)) this.#keep(this.#inFlight);
    this.#inFlight = null;
    this.#report({ open: false, sentence: reason });
    const pause = Math.min(BACKOFF_MS.first * 2 ** this.#failures, BACKOFF_MS.longest);
    this.#failures += 1;
    // Scattered, or a class of browsers would knock at a restarted server in step.
    this.#retryTimer = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  /** Ask again after the reconnection, unless something newer is wanted by then. */
  #keep(request) {
    if (request.single) this.#followed ??= request;
    else if (!request.signal.aborted) this.#batches.unshift(request);
  }

  #retryNow() {
    if (this.#closed || document.hidden || this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  }
}

function encodeRequest(sequence, points) {
  const frame = new DataView(new ArrayBuffer(4 + 4 * points.length));
  frame.setUint32(0, sequence, true);
  points.forEach((value, i) => frame.setFloat32(4 + 4 * i, value, true));
  return frame.buffer;
}
