// One WebSocket to a route of ours, for as long as it is wanted: binary frames, little-endian, a request and its reply
// begin with the same u32.
//
// At most one request is in flight. What is followed (the pointer, a stroke) replaces what waits, so a slow link lowers
// the rate and never builds a queue; batches (a lattice, a path) wait until nothing followed does.

const HEADER = 4; // bytes: the sequence number
const REPLY_WITHIN_MS = 15000; // a connection that is silent for longer is dead, whatever the operating system says
const BACKOFF_MS = { first: 250, longest: 4000 };
const REFUSED = new Set([1003, 1007, 1009]); // the request itself was wrong: asking again would not help

/** URL of a checkpoint's channel, `route` being "decode" or "encode", on the server that served this page. */
export function channelUrl(route, checkpoint) {
  const url = new URL(`${route}/${encodeURIComponent(checkpoint)}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

export class Channel {
  #url;
  #on;
  #socket = null;
  #open = false;
  #sequence = 0;
  #inFlight = null; // {body, settle, single, sequence}
  #followed = null; // the newest request that nobody has asked the server for yet
  #batches = [];
  #failures = 0;
  #retryTimer = 0;
  #replyTimer = 0;
  #closed = false;
  #wake = () => this.#retryNow();

  /**
   * `on.changed({open, sentence})` hears when the connection comes and goes; `on.heard(text)` of text frames, and
   * `on.replied()` that a reply has come: both may be left out.
   */
  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
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
    if (this.#open) this.#socket.send(text);
  }

  close() {
    this.#closed = true;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#replyTimer);
    this.#socket?.close();
    for (const { fail } of this.#batches) fail(new Error("The channel is closed."));
    this.#batches = [];
    this.#followed = this.#inFlight = null;
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.#on.changed({ open: true });
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
    this.#socket.send(framed(this.#sequence, next.body));
    this.#expectReply();
  }

  #receive(data) {
    this.#failures = 0;
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
    if (this.#closed) return;
    if (this.#inFlight && !REFUSED.has(code)) this.#keep(this.#inFlight);
    this.#inFlight = null;
    this.#on.changed({ open: false, sentence: reason });
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

function framed(sequence, body) {
  const frame = new Uint8Array(HEADER + body.length);
  new DataView(frame.buffer).setUint32(0, sequence, true);
  frame.set(body, HEADER);
  return frame;
}
