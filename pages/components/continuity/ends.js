// The two ends of the path as handles on the plane: dragged by mouse, pen or finger, or moved by arrow keys.

import { said } from "../parts/coordinates.js";
import { make } from "../parts/dom.js";
import { listenToKeys } from "../plane/gestures.js";

export class Ends {
  #plane;
  #handles;
  #places = null;
  #ending = new AbortController();

  /** Handles inside `parent`, which lies over `plane`. `on.move(name, z)` at every move, `on.rest()` when let go. */
  constructor(parent, plane, on) {
    this.#plane = plane;
    this.#handles = { a: this.#handle(parent, "a", on), b: this.#handle(parent, "b", on) };
  }

  /** Stand at the points of {a, b}, [z1, z2] each; without them, follow the plane's axes. */
  place(ends = this.#places) {
    this.#places = ends;
    if (!ends) return;
    for (const [name, handle] of Object.entries(this.#handles)) {
      const [z1, z2] = ends[name];
      const [x, y] = this.#plane.pixelOf(z1, z2);
      handle.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
      Object.assign(handle.dataset, { z1, z2 });
      handle.setAttribute("aria-label", `End ${name.toUpperCase()}: z1 ${said(z1)}, z2 ${said(z2)}. Arrow keys move it.`);
    }
  }

  dispose() {
    this.#ending.abort();
  }

  #handle(parent, name, on) {
    const hooks = { type: "button", class: "continuity-end", "data-testid": `end-${name}` };
    const handle = make("button", hooks, name.toUpperCase());
    parent.append(handle);
    this.#listenToPointer(handle, name, on);
    const nudge = (step) => on.move(name, [Number(handle.dataset.z1) + step[0], Number(handle.dataset.z2) + step[1]]);
    listenToKeys(handle, this.#plane, { nudge, rest: on.rest }, this.#ending.signal);
    return handle;
  }

  #listenToPointer(handle, name, on) {
    const { signal } = this.#ending;
    let hold = null; // {pointer, offset: from the pointer to the handle's centre, in pixels, moved}
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || hold) return;
      handle.setPointerCapture(event.pointerId);
      const box = handle.getBoundingClientRect();
      const offset = [box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY];
      hold = { pointer: event.pointerId, offset, moved: false };
    }, { signal });
    handle.addEventListener("pointermove", (event) => {
      if (event.pointerId !== hold?.pointer) return;
      hold.moved = true;
      on.move(name, this.#plane.zAt(event.clientX + hold.offset[0], event.clientY + hold.offset[1]));
    }, { signal });
    const release = (event) => {
      if (event.pointerId !== hold?.pointer) return;
      if (hold.moved) on.rest();
      hold = null;
    };
    handle.addEventListener("pointerup", release, { signal });
    handle.addEventListener("pointercancel", release, { signal });
  }
}
