// Client of a room: WS /room/{code}, text frames, one JSON object with one key (vae/classroom/channel.py has the protocol).

const BACKOFF_MS = { first: 500, longest: 8000, refused: 15000 };
const REFUSED = new Set([1013, 4429]); // full, or too much: knock again after a while
// Left, another host, a wrong secret, no such room, open elsewhere, ended, removed: knocking is in vain.
const OVER = new Set([1000, 1008, 4403, 4404, 4409, 4410, 4411]);
const LONGEST = 4096; // bytes of a frame
const BURST_MS = 250; // what is dragged is said at most so often

/** URL of a room's socket. */
function socketUrl(code) {
  const url = new URL(`room/${encodeURIComponent(code)}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/** Whether a room takes this at once. */
export function fits(word, content) {
  return new TextEncoder().encode(JSON.stringify({ [word]: content })).length <= LONGEST;
}

/** A text as a room takes it: of one line, without control characters and halves of characters. */
export function plain(text) {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, " ").trim();
}

export class RoomChannel {
  #code;
  #hello;
  #on;
  #socket = null;
  #open = false;
  #failures = 0;
  #retry = 0;
  #closed = false;
  #soon = { timer: 0, frame: null, at: -Infinity };
  #wake = () => this.#retryNow();

  /**
   * `hello()` is what is said first, {secret} or {token}. `on.heard(frame)` gets every frame, `on.changed({open})` hears
   * when the connection comes and goes, `on.over(code, sentence)` that it is over for good.
   */
  constructor(code, hello, on) {
    this.#code = code;
    this.#hello = hello;
    this.#on = on;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** Say {word: content}; returns whether there is a connection to say it on. */
  say(word, content = {}) {
    if (this.#open) this.#socket.send(JSON.stringify({ [word]: content }));
    return this.#open;
  }

  /** The same for what follows a hand: the newest is said, at most four times a second. */
  saySoon(word, content) {
    this.#soon.frame = [word, content];
    clearTimeout(this.#soon.timer);
    const wait = this.#soon.at + BURST_MS - performance.now();
    if (wait > 0) this.#soon.timer = setTimeout(() => this.#sayWaiting(), wait);
    else this.#sayWaiting();
  }

  close() {
    this.#closed = true;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#retry);
    clearTimeout(this.#soon.timer);
    this.#socket.close();
  }

  #sayWaiting() {
    if (!this.#soon.frame || !this.say(...this.#soon.frame)) return; // said once the connection is back
    this.#soon = { timer: 0, frame: null, at: performance.now() };
  }

  #connect() {
    const socket = new WebSocket(socketUrl(this.#code));
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.say("hello", this.#hello());
      this.#on.changed({ open: true });
      this.#sayWaiting();
    };
    socket.onmessage = ({ data }) => {
      this.#failures = 0;
      if (!this.#closed) this.#on.heard(JSON.parse(data));
    };
    socket.onclose = (event) => this.#lost(event);
  }

  #lost({ code, reason }) {
    this.#open = false;
    if (this.#closed) return;
    if (OVER.has(code)) {
      this.close();
      return this.#on.over(code, reason);
    }
    this.#on.changed({ open: false });
    const pause = REFUSED.has(code) ? BACKOFF_MS.refused : Math.min(BACKOFF_MS.first * 2 ** this.#failures, BACKOFF_MS.longest);
    this.#failures += 1;
    // Scattered, or a class of browsers would knock at a restarted server in step.
    this.#retry = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #retryNow() {
    if (this.#closed || document.hidden || this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retry);
    this.#connect();
  }
}

/** What a student knows after one more frame: {welcome, room, pins, you}, merged as the protocol says. */
export function knownToStudent(known, frame) {
  const [[word, told]] = Object.entries(frame);
  if (word === "room") {
    const room = { ...known.room, ...told };
    return { ...known, room, pins: room.shown ? (known.pins ?? {}) : {} };
  }
  if (word === "pins") return { ...known, pins: merged(told.whole ? {} : known.pins, told.by) };
  return { ...known, [word]: told };
}

/** What the teacher knows after one more frame. */
export function knownToTeacher(known, frame) {
  const [[word, told]] = Object.entries(frame);
  if (word === "state") return told;
  if (word !== "changes") return known;
  const next = { ...known, ...told };
  for (const name of ["members", "pins", "questions"]) next[name] = merged(known[name], told[name]);
  next.answers = { ...known.answers };
  for (const [step, given] of Object.entries(told.answers ?? {})) {
    next.answers[step] = { ...next.answers[step], ...given };
  }
  return next;
}

function merged(before, news = {}) {
  return Object.fromEntries(Object.entries({ ...before, ...news }).filter(([, value]) => value !== null));
}
