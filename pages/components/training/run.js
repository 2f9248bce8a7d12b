// One run as its server tells it: asked for twice a second while it trains, seldom while nothing changes.

import { decodeMaps } from "./snapshots.js";

const SOON_MS = 500;
const QUIET_MS = 2000; // while nothing has changed for a while, or it is paused
const QUIET_AFTER = 8; // answers that say the same
const HIDDEN_MS = 8000; // browsers make a minute of it; its owner must be seen every 150 seconds
const AWAY_MS = { first: 1000, longest: 10000 };
const MOVING = new Set(["waiting", "training"]);
const AWAY = "The server does not answer. The run goes on there, and is shown again as soon as it does.";

export class Run {
  status = null; // as GET /runs/{id} tells it; null before the first answer
  maps = null; // as in snapshots.js, of all snapshots so far
  sentence = ""; // what keeps it from being shown, or ""
  gone = false; // the server knows no such run
  #id;
  #key;
  #heard;
  #wanted = false; // whether the maps are, too
  #ending = new AbortController();
  #timer = 0;
  #same = 0;
  #failures = 0;
  #last = "";
  #asking = false;

  /** `heard()` is called whenever something is new. */
  constructor(id, key, heard) {
    this.#id = id;
    this.#key = key;
    this.#heard = heard;
    document.addEventListener("visibilitychange", () => document.hidden || this.ask(), { signal: this.#ending.signal });
    this.ask();
  }

  get id() {
    return this.#id;
  }

  get isOwn() {
    return this.#key !== "";
  }

  set key(key) {
    this.#key = key;
  }

  /** Whether it may still change by itself. */
  get isMoving() {
    return !this.status || MOVING.has(this.status.state);
  }

  /** Fetch the maps of its snapshots as well, from now on. */
  wantMaps() {
    this.#wanted = true;
    this.ask();
  }

  /** Ask now. */
  async ask() {
    clearTimeout(this.#timer);
    if (this.#asking || this.gone || this.#ending.signal.aborted) return;
    this.#asking = true;
    const failed = await this.#fetch().then(() => false, (error) => error);
    this.#asking = false;
    if (this.#ending.signal.aborted) return;
    this.#failures = failed ? this.#failures + 1 : 0;
    if (failed) this.#tell(failed.sentence ?? AWAY);
    if (!this.gone) this.#askLater();
  }

  /** pause, resume, stop or discard it. Resolves to what is wrong in one sentence, or "". */
  async command(name) {
    try {
      const answer = await this.#request(`/${name}`, { method: "POST" });
      if (answer.status === 204) this.gone = true;
      this.ask();
      return "";
    } catch (error) {
      return error.sentence ?? AWAY;
    }
  }

  dispose() {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  async #fetch() {
    const status = await (await this.#request("")).json();
    const text = JSON.stringify(status);
    this.#same = text === this.#last ? this.#same + 1 : 0;
    this.status = status;
    const grown = this.#wanted && (await this.#fetchMaps(status.snapshots.length));
    if (text === this.#last && !grown && !this.sentence) return;
    this.#last = text;
    this.#tell("");
  }

  /** Whether there are new ones. */
  async #fetchMaps(count) {
    const known = this.maps?.epochs.length ?? 0;
    if (known >= count) return false;
    const news = decodeMaps(await (await this.#request(`/map?from=${known}`)).arrayBuffer());
    const before = this.maps ?? { epochs: [], means: [] };
    this.maps = {
      epochs: [...before.epochs, ...news.epochs],
      means: [...before.means, ...news.means],
      labels: news.labels,
    };
    return news.epochs.length > 0;
  }

  async #request(path, options = {}) {
    const url = new URL(`runs/${encodeURIComponent(this.#id)}${path}`, document.baseURI);
    const headers = this.#key ? { "X-Run-Key": this.#key } : {};
    const answer = await fetch(url, { ...options, headers, signal: this.#ending.signal });
    if (answer.ok) return answer;
    if (answer.status === 404) this.gone = true;
    const told = await answer.text();
    throw Object.assign(new Error(told), { sentence: answer.status < 500 && told ? told : AWAY });
  }

  #tell(sentence) {
    this.sentence = sentence;
    this.#heard(this);
  }

  #askLater() {
    const paused = this.status?.state === "paused";
    if (!this.#failures && !this.isMoving && !paused) return;
    const away = Math.min(AWAY_MS.first * 2 ** (this.#failures - 1), AWAY_MS.longest);
    const usual = paused || this.#same >= QUIET_AFTER ? QUIET_MS : SOON_MS;
    const pause = this.#failures ? away : document.hidden ? HIDDEN_MS : usual;
    this.#timer = setTimeout(() => this.ask(), pause);
  }
}
