// One WebSocket to a route of ours, for as long as it is wanted: when it is lost it comes back by itself.

/** URL of a route's socket for a name ("decode" and a checkpoint's), on the server that served this page. */
export function socketUrl(route, name) {
  const url = new URL(`${route}/${encodeURIComponent(name)}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/** A pause that doubles with every failure. */
export function backoff(failures, { first, longest }) {
  return Math.min(first * 2 ** failures, longest);
}

export class Connection {
  #url;
  #on;
  #pauseAfter;
  #socket = null;
  #isOpen = false;
  #failures = 0;
  #retryTimer = 0;
  #closed = false;
  #wake = () => this.#retryNow();

  /**
   * `on.opened()`, `on.received(data)` with a string or an ArrayBuffer, and `on.lost({code, reason})`, which may close it
   * for good; `pauseAfter(code, failures)` says for how many milliseconds it stays away otherwise, give or take.
   */
  constructor(url, on, pauseAfter) {
    this.#url = url;
    this.#on = on;
    this.#pauseAfter = pauseAfter;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** Only while it is open. */
  send(data) {
    this.#socket.send(data);
  }

  /** Give up this socket, which is silent, as if it had been lost. */
  drop() {
    const silent = this.#socket;
    silent.onopen = silent.onmessage = silent.onclose = null;
    silent.close();
    this.#lost({ code: 1006, reason: "" });
  }

  close() {
    this.#closed = true;
    this.#isOpen = false;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retryTimer);
    this.#socket.close();
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#isOpen = true;
      this.#on.opened();
    };
    socket.onmessage = ({ data }) => {
      this.#failures = 0;
      if (!this.#closed) this.#on.received(data);
    };
    socket.onclose = (event) => this.#lost(event);
  }

  #lost({ code, reason }) {
    this.#isOpen = false;
    if (this.#closed) return;
    this.#on.lost({ code, reason });
    if (this.#closed) return;
    const pause = this.#pauseAfter(code, this.#failures);
    this.#failures += 1;
    // Scattered, or a class of browsers would knock at a restarted server in step.
    this.#retryTimer = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #retryNow() {
    if (this.#closed || document.hidden || this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  }
}
