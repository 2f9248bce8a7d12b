// One picture of side x side decoded digits, its axes numbered, with outlines around cells.
// The old picture stays, dimmed, until the new one is there.

import { number } from "../parts/chart.js";
import { make } from "../parts/dom.js";

const PAUSE_MS = { first: 500, longest: 5000 };
const REPLY_WITHIN_MS = 30000;
const TICKS = { odd: [0, 0.25, 0.5], even: [0, 0.2, 0.4] }; // on the lower half of an axis, in parts of the whole

export class Mosaic {
  element;
  frame;
  #title = make("b");
  #point = make("span", { class: "point", "aria-live": "polite" });
  #image = make("img", { alt: "", "data-testid": "manifold" });
  #notice = make("p", { class: "notice", role: "status", hidden: "" });
  #cells = {
    looked: make("div", { class: "cell looked", hidden: "" }),
    pinned: make("div", { class: "cell pinned", "data-testid": "pinned-cell", hidden: "" }),
  };
  #axes = [make("div", { class: "axis columns" }), make("div", { class: "axis rows" })];
  #ending = new AbortController();
  #wanted = null; // {address, model, title} of the picture to show
  #shown = null;
  #working = false;
  #side = 0;
  #place;

  /** `place` says where it stands: two may show the same model. */
  constructor(place) {
    this.#place = place;
    const attributes = { class: "frame", role: "application", tabindex: "0" };
    this.frame = make("div", attributes, this.#image, ...Object.values(this.#cells), this.#notice);
    const caption = make("figcaption", {}, this.#title, this.#point);
    const names = [make("i", { class: "name-z1" }, "z₁"), make("i", { class: "name-z2" }, "z₂")];
    this.element = make("figure", {}, caption, this.frame, ...this.#axes, ...names);
  }

  dispose() {
    this.#ending.abort();
    URL.revokeObjectURL(this.#image.src);
  }

  /** Show the picture at `address` as soon as it is there; `model` is the checkpoint that draws it. */
  show(wanted) {
    if (wanted.address === this.#wanted?.address && wanted.title === this.#wanted.title) return;
    this.#wanted = wanted;
    this.#title.textContent = wanted.title;
    this.#tell(""); // what went wrong with another picture is no news any more
    const keys = "Arrow keys choose one, Enter marks its place on the map.";
    this.frame.setAttribute("aria-label", `${this.#place}, ${wanted.title}: the plane as pictures. ${keys}`);
    this.#load();
  }

  /** The coordinates of columns and rows, both ascending; null while they are not known. */
  number(axes, side) {
    this.#side = side;
    this.#axes.forEach((axis, i) => axis.replaceChildren(...(axes ? labels(axes[i], i === 0) : [])));
  }

  /** Outline a cell, {column, row} from the top left, or none; `name` is "looked" or "pinned". */
  outline(name, cell) {
    const outline = this.#cells[name];
    outline.hidden = !cell;
    if (!cell) return;
    const part = 100 / this.#side;
    Object.assign(outline.style, {
      left: `${cell.column * part}%`,
      top: `${cell.row * part}%`,
      width: `${part}%`,
      height: `${part}%`,
    });
    Object.assign(outline.dataset, cell);
  }

  /** Write the coordinates of a place; null for none. */
  write(z) {
    this.#point.textContent = z ? `z₁ ${number(z[0], 2)}, z₂ ${number(z[1], 2)}` : "";
  }

  /** The cell under a pointer. */
  cellAt({ clientX, clientY }) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const index = (part) => Math.min(Math.max(Math.floor(part * this.#side), 0), this.#side - 1);
    return { column: index((clientX - left) / width), row: index((clientY - top) / height) };
  }

  /** One request at a time; the newest wish is taken up when it is done. */
  async #load() {
    this.element.setAttribute("aria-busy", this.#wanted.address !== this.#shown);
    if (this.#working) return;
    this.#working = true;
    const { signal } = this.#ending;
    let pause = PAUSE_MS.first;
    while (this.#wanted.address !== this.#shown) {
      const wanted = this.#wanted;
      try {
        await this.#put(wanted, await fetchPicture(wanted.address, signal));
        pause = PAUSE_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#wanted !== wanted) continue;
        this.#tell(`The picture of ${wanted.title} cannot be shown: ${error.message}`);
        if (error.refused) break;
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (signal.aborted) return;
        pause = Math.min(2 * pause, PAUSE_MS.longest);
      }
    }
    this.#working = false;
  }

  async #put({ address, model, title }, blob) {
    const image = make("img", { alt: `Digits decoded by ${title}`, "data-testid": "manifold", "data-model": model });
    image.draggable = false;
    image.src = URL.createObjectURL(blob);
    try {
      await image.decode();
      this.#ending.signal.throwIfAborted();
    } catch (error) {
      URL.revokeObjectURL(image.src);
      throw error;
    }
    image.dataset.loaded = "true";
    image.classList.toggle("enlarged", image.naturalWidth <= this.frame.clientWidth);
    const old = this.#image;
    this.#image = image;
    old.replaceWith(image);
    URL.revokeObjectURL(old.src);
    this.#shown = address;
    this.#tell("");
    this.element.setAttribute("aria-busy", this.#wanted.address !== address);
  }

  #tell(sentence) {
    this.#notice.textContent = sentence;
    this.#notice.hidden = !sentence;
  }
}

/** A few numbers at the middles of their cells, in per cent of the way. */
function labels(axis, across) {
  const last = axis.length - 1;
  const lower = TICKS[last % 2 ? "even" : "odd"].map((part) => Math.round(part * last));
  const places = new Set([...lower, ...lower.map((i) => last - i)]);
  return [...places].sort((one, other) => one - other).map((i) => {
    const label = make("span", {}, number(axis[i], 2));
    label.style.setProperty(across ? "left" : "bottom", `${(100 * (i + 0.5)) / axis.length}%`);
    return label;
  });
}

async function fetchPicture(address, signal) {
  const within = AbortSignal.any([signal, AbortSignal.timeout(REPLY_WITHIN_MS)]);
  const response = await fetch(new URL(address, document.baseURI), { signal: within }).catch((error) => {
    throw new Error("the server cannot be reached. Trying again.", { cause: error });
  });
  if (response.ok) return response.blob();
  const error = new Error(await response.text());
  error.refused = response.status < 500;
  throw error;
}
