// A hand on a square surface: mouse, finger or pen, and for the keyboard a cursor that is put down and lifted.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SHIFT = 4;

export class Hand {
  #surface;
  #side;
  #step;
  #on;
  #pointer = null; // that is down
  #cursor; // of the keyboard
  #pressed = false; // by the keyboard

  /**
   * Over `surface`, `side` units wide and high; an arrow key goes `step` of them, with Shift four times as far.
   * `on.down([x, y])`, `on.move([x, y])` while it is down, `on.up()`; `on.hover([x, y] or null)` says where it is.
   */
  constructor(surface, { side, step }, on) {
    this.#surface = surface;
    this.#side = side;
    this.#step = step;
    this.#on = on;
    this.#cursor = [side / 2, side / 2];
    surface.tabIndex = 0;
    const listen = (types, listener) => types.split(" ").forEach((type) => surface.addEventListener(type, listener));
    listen("pointerdown", (event) => this.#press(event));
    listen("pointermove", (event) => this.#move(event));
    listen("pointerup pointercancel", (event) => this.#lift(event));
    listen("pointerleave", () => this.#pointer ?? on.hover(null));
    listen("keydown", (event) => this.#key(event));
    listen("focus", () => surface.matches(":focus-visible") && on.hover(this.#cursor));
    listen("blur", () => this.#leave());
  }

  #press(event) {
    if (event.button !== 0 || this.#pointer !== null || this.#pressed) return; // one hand, one finger of it
    this.#pointer = event.pointerId;
    this.#surface.setPointerCapture(event.pointerId);
    const [point] = this.#points([event]);
    this.#on.hover(point);
    this.#on.down(point);
  }

  #move(event) {
    if (this.#pointer === null && !this.#pressed) return this.#on.hover(this.#points([event])[0]);
    if (event.pointerId !== this.#pointer) return undefined;
    const between = event.getCoalescedEvents();
    const points = this.#points(between.length ? between : [event]);
    this.#on.hover(points.at(-1));
    points.forEach((point) => this.#on.move(point));
    return undefined;
  }

  #lift({ pointerId, pointerType }) {
    if (pointerId !== this.#pointer) return;
    this.#pointer = null;
    if (pointerType === "touch") this.#on.hover(null);
    this.#on.up();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.#pointer !== null) return;
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== " ") return;
    event.preventDefault(); // the page would scroll
    if (arrow) this.#go(arrow.map((part) => part * this.#step * (event.shiftKey ? SHIFT : 1)));
    else if (!event.repeat) this.#toggle();
    this.#on.hover(this.#cursor);
  }

  #go(way) {
    this.#cursor = this.#cursor.map((at, axis) => Math.min(Math.max(at + way[axis], 0), this.#side));
    if (this.#pressed) this.#on.move(this.#cursor);
  }

  #toggle() {
    this.#pressed = !this.#pressed;
    if (this.#pressed) this.#on.down(this.#cursor);
    else this.#on.up();
  }

  #leave() {
    if (this.#pressed) this.#toggle();
    this.#on.hover(null);
  }

  #points(events) {
    const { left, top, width, height } = this.#surface.getBoundingClientRect();
    return events.map(({ clientX, clientY }) => [
      ((clientX - left) / width) * this.#side,
      ((clientY - top) / height) * this.#side,
    ]);
  }
}
