// The lines of PyTorch behind a step of the machine, shown as long as its title is pointed at.

import { make } from "../parts/dom.js";

const MEANT_MS = 150; // a pointer that only passes a title means nothing
const GAP = 4; // pixels between title and lines
const LEAVE_MS = 250; // time to go from the title to the lines

export class CodeBox {
  element;
  #heading = make("h2");
  #lines = make("pre", { "data-testid": "code", tabindex: "0" });
  #code = {};
  #title = null; // whose lines are shown
  #timer = 0; // until it is shown, or hidden
  #ending = new AbortController();

  constructor() {
    const about = { class: "code-box", id: "machine-code", "aria-label": "PyTorch", hidden: "" };
    this.element = make("aside", about, this.#heading, this.#lines);
    this.#listen(this.element);
    const { signal } = this.#ending;
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide(), { signal });
    document.addEventListener("pointerdown", ({ target }) => this.#owns(target) || this.#hide(), { signal });
  }

  /** The source of each step by its name. */
  set code(code) {
    this.#code = code;
    if (this.#title) this.#lines.textContent = code[this.#title.dataset.step];
  }

  /** A title that shows the lines of `step` while it is pointed at: a button with `children`. */
  title(step, name, ...children) {
    const about = { "aria-expanded": "false", "aria-controls": "machine-code", "aria-label": `${name}: show the code` };
    const button = make("button", { type: "button", class: "machine-title", "data-step": step, ...about }, ...children);
    this.#listen(button);
    button.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") this.#after(MEANT_MS, () => this.#show(button, name));
    });
    button.addEventListener("focus", () => button.matches(":focus-visible") && this.#show(button, name));
    button.addEventListener("click", () => this.#show(button, name));
    return button;
  }

  dispose() {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  /** Stay while the pointer or the focus is on `element`, and a moment longer. */
  #listen(element) {
    const stay = () => clearTimeout(this.#timer);
    const leave = () => this.#after(LEAVE_MS, () => this.#hide());
    element.addEventListener("pointerenter", stay);
    element.addEventListener("focusin", stay);
    element.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType === "mouse" && !this.#owns(document.activeElement)) leave();
    });
    element.addEventListener("focusout", ({ relatedTarget }) => this.#owns(relatedTarget) || leave());
  }

  #after(pause, happens) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(happens, pause);
  }

  #owns(element) {
    return element instanceof Node && (this.element.contains(element) || Boolean(this.#title?.contains(element)));
  }

  #show(title, name) {
    clearTimeout(this.#timer);
    this.#title?.setAttribute("aria-expanded", "false");
    this.#title = title;
    title.setAttribute("aria-expanded", "true");
    this.#heading.textContent = `${name}, in PyTorch`;
    this.#lines.textContent = this.#code[title.dataset.step];
    this.#lines.scrollTop = 0;
    this.element.hidden = false;
    this.#place(title.getBoundingClientRect(), this.element.offsetParent.getBoundingClientRect());
  }

  /** Below the title, `box`, or above it where the window ends; `around` is what it may cover. */
  #place(box, around) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.min(Math.max(box.left + (box.width - width) / 2, around.left), around.right - width);
    const isLow = box.bottom + GAP + height > window.innerHeight && box.top > GAP + height;
    const top = isLow ? box.top - GAP - height : box.bottom + GAP;
    Object.assign(this.element.style, { left: `${left - around.left}px`, top: `${top - around.top}px` });
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#title?.setAttribute("aria-expanded", "false");
    this.#title = null;
    this.element.hidden = true;
  }
}
