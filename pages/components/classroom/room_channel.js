// Client of a room: WS /room/{code}, text frames, one JSON object with one key (vae/classroom/channel.py has the protocol).

import { backoff, Connection, socketUrl } from "../wire/connection.js";

const BACKOFF_MS = { first: 500, longest: 8000 };
const REFUSED_MS = 15000;
const REFUSED = new Set([1013, 4429]); // full, or too much: knock again after a while
// Left, another host, a wrong secret, no such room, open elsewhere, ended, removed: knocking is in vain.
const OVER = new Set([1000, 1008, 4403, 4404, 4409, 4410, 4411]);
const LONGEST = 4096; // bytes of a frame
const BURST_MS = 250; // what is dragged is said at most so often

/** Whether a room takes this at once. */
export function fits(word, content) {
  return new TextEncoder().encode(JSON.stringify({ [word]: content })).length <= LONGEST;
}

/** A text as a room takes it: of one line, without control characters and halves of characters. */
export function plain(text) {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, " ").trim();
}

export class RoomChannel {
  #on;
  #connection;
  #soon = { timer: 0, frame: null, at: -Infinity };

  /**
   * `hello()` is what is said first, {secret} or {token}. `on.heard(frame)` gets every frame, `on.changed({open})` hears
   * when the connection comes and goes, `on.over(code, sentence)` that it is over for good.
   */
  constructor(code, hello, on) {
    this.#on = on;
    const heard = {
      opened: () => {
        this.say("hello", hello());
        on.changed({ open: true });
        this.#sayWaiting();
      },
      received: (data) => on.heard(JSON.parse(data)),
      lost: (event) => this.#lost(event),
    };
    const pauseAfter = (closed, failures) => (REFUSED.has(closed) ? REFUSED_MS : backoff(failures, BACKOFF_MS));
    this.#connection = new Connection(socketUrl("room", code), heard, pauseAfter);
  }

  /** Say {word: content}; returns whether there is a connection to say it on. */
  say(word, content = {}) {
    const { isOpen } = this.#connection;
    if (isOpen) this.#connection.send(JSON.stringify({ [word]: content }));
    return isOpen;
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
    clearTimeout(this.#soon.timer);
    this.#connection.close();
  }

  #sayWaiting() {
    if (!this.#soon.frame || !this.say(...this.#soon.frame)) return; // said once the connection is back
    this.#soon = { timer: 0, frame: null, at: performance.now() };
  }

  #lost({ code, reason }) {
    if (!OVER.has(code)) return this.#on.changed({ open: false });
    this.close();
    this.#on.over(code, reason);
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

/** How many of a teacher's `members` are connected. */
export function countHere(members) {
  return Object.values(members).filter((member) => member.here).length;
}

function merged(before, news = {}) {
  return Object.fromEntries(Object.entries({ ...before, ...news }).filter(([, value]) => value !== null));
}
