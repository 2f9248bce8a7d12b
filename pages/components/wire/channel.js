// One WebSocket to a route of ours, for as long as it is wanted: binary frames, little-endian, a request and its reply
// begin with the same u32.
//
// At most one request is in flight. What is followed (the pointer, a stroke) replaces what waits, so a slow link lowers
// the rate and never builds a queue; batches (a lattice, a path) wait until nothing followed does.

import { backoff, Connection } from "./connection.js";

const HEADER = 4; // bytes: the sequence number
const REPLY_WITHIN_MS = 15000; // a connection that is silent for longer is dead, whatever the operating system says
const BACKOFF_MS = { first: 250, longest: 4000 };
const REFUSED = new Set([1003, 1007, 1009]); // the request itself was wrong: asking again would not help

export class Channel {
  #on;
  #connection;
  #sequence = 0;
  #inFlight = null; // {body, settle, single, sequence}
  #followed = null; // the newest request that nobody has asked the server for yet
  #batches = [];
  #replyTimer = 0;
  #closed = false;

  /**
   * `on.changed({open, sentence})` hears when the connection comes and goes; `on.heard(text)` of text frames, and
   * `on.replied()` that a reply has come: both may be left out.
   */
  constructor(url, on) {
    this.#on = on;
    const heard = {
      opened: () => {
        on.changed({ open: true });
        this.#pump();
      },
      received: (data) => this.#receive(data),
      lost: (event) => this.#lost(event),
    };
    this.#connection = new Connection(url, heard, (_, failures) => backoff(failures, BACKOFF_MS));
  }

  /**
   * Ask with `body`, a Uint8Array; a newer call replaces it as long as it waits. `settle(reply)` gets the reply's
   * buffer and where it begins after the sequence number.
   */
  follow(body, settle) {
    this.#followed = { body, settle, single: true };
    this.#pump();
  }

  /** Whatever is still being followed will not be settled any more. */
  forget() {
    this.#followed = null;
    if (this.#inFlight?.single) this.#inFlight.settle = () => {};
  }

  /**
   * Ask with `body` when what is followed leaves room; resolves like `settle`. Rejects with the signal's reason when
   * it is aborted, and with an Error when the channel is closed.
   */
  batch(body, signal) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error("The channel is closed."));
      if (signal.aborted) return reject(signal.reason);
      const entry = { body, settle: resolve, fail: reject, single: false, signal };
      signal.addEventListener("abort", () => {
        this.#batches = this.#batches.filter((waiting) => waiting !== entry);
        reject(signal.reason);
      });
      this.#batches.push(entry);
      this.#pump();
    });
  }

  /** Send a text frame, if the connection is open. */
  say(text) {
    if (this.#connection.isOpen) this.#connection.send(text);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#replyTimer);
    this.#connection.close();
    for (const { fail } of this.#batches) fail(new Error("The channel is closed."));
    this.#batches = [];
    this.#followed = this.#inFlight = null;
  }

  #pump() {
    if (!this.#connection.isOpen || this.#inFlight) return;
    const next = this.#followed ?? this.#batches.shift();
    if (!next) return;
    if (next === this.#followed) this.#followed = null;
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#inFlight = { ...next, sequence: this.#sequence };
    this.#connection.send(framed(this.#sequence, next.body));
    this.#expectReply();
  }

  #receive(data) {
    if (typeof data === "string") return this.#on.heard?.(data);
    const asked = this.#inFlight;
    if (!asked || new DataView(data).getUint32(0, true) !== asked.sequence) return;
    clearTimeout(this.#replyTimer);
    this.#inFlight = null;
    asked.settle({ buffer: data, start: HEADER });
    this.#pump();
    this.#on.replied?.();
  }

  #expectReply() {
    clearTimeout(this.#replyTimer);
    this.#replyTimer = setTimeout(() => this.#connection.drop(), REPLY_WITHIN_MS);
  }

  #lost({ code, reason }) {
    clearTimeout(this.#replyTimer);
    if (this.#inFlight && !REFUSED.has(code)) this.#keep(this.#inFlight);
    this.#inFlight = null;
    this.#on.changed({ open: false, sentence: reason });
  }

  /** Ask again after the reconnection, unless something newer is wanted by then. */
  #keep(request) {
    if (request.single) this.#followed ??= request;
    else if (!request.signal.aborted) this.#batches.unshift(request);
  }
}

function framed(sequence, body) {
  const frame = new Uint8Array(HEADER + body.length);
  new DataView(frame.buffer).setUint32(0, sequence, true);
  frame.set(body, HEADER);
  return frame;
}
