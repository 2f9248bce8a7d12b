// Plays t from 0 to 1 at the screen's rate; there and back for as long as it is let.

const SECONDS = 6; // from A to B at speed 1

export class PathPlayer {
  speed = 1;
  thereAndBack = true;
  #on;
  #t = 0;
  #direction = 1;
  #frame = 0;

  /** `on.move(t)` hears of every frame, `on.playing(whether)` of start and end. */
  constructor(on) {
    this.#on = on;
  }

  get playing() {
    return this.#frame !== 0;
  }

  /** Play from t on; from the start if t is the end and the way is one-way. */
  play(t) {
    this.#direction = 1;
    this.#t = t >= 1 && !this.thereAndBack ? 0 : t;
    let last = performance.now();
    const step = (now) => {
      this.#frame = requestAnimationFrame(step);
      this.#advance(((now - last) / 1000) * (this.speed / SECONDS));
      last = now;
    };
    this.#frame = requestAnimationFrame(step);
    this.#on.playing(true);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#on.playing(false);
  }

  #advance(way) {
    const t = this.#t + this.#direction * Math.max(way, 0);
    this.#t = Math.min(Math.max(t, 0), 1);
    this.#on.move(this.#t);
    if (t > 0 && t < 1) return;
    if (this.thereAndBack) this.#direction = t >= 1 ? -1 : 1;
    else if (t >= 1 || this.#direction < 0) this.pause();
  }
}
