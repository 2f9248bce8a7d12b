// One model's half of the draws: a sentence, and a picture with its verdict for every draw.

import { PIXELS } from "../wire/decode_channel.js";
import { GreyCanvas } from "../parts/digit_canvas.js";
import { make } from "../parts/dom.js";

export class DrawsHalf {
  element;
  #place;
  #title = make("b");
  #sentence = make("span");
  #grid = make("div", { class: "draws", role: "group" });
  #buttons = [];
  #points = [];
  #shown = "";

  /** `place` says where it stands: two may show the same model. `choose(z)` hears of a click. */
  constructor(place, choose) {
    this.#place = place;
    this.element = make("section", {}, make("h3", {}, this.#title, this.#sentence), this.#grid);
    const indexOf = ({ target }) => this.#buttons.indexOf(target.closest("button"));
    this.#grid.addEventListener("click", (event) => indexOf(event) >= 0 && choose(this.#points[indexOf(event)]));
    this.#grid.addEventListener("keydown", (event) => this.#press(event, indexOf(event)));
  }

  /** {name, title, points, images: base64 of n x 784 grey values, verdicts: [[digit, probability, named, nothing], ...]}. */
  show(judged) {
    const known = JSON.stringify(judged);
    if (known === this.#shown) return;
    this.#shown = known;
    const { title, points, verdicts } = judged;
    this.#points = points;
    this.#title.textContent = title;
    const named = verdicts.filter(([, , isNamed]) => isNamed).length;
    this.#sentence.textContent = ` ${named} of these ${verdicts.length} draws are named`;
    const keys = "Arrow keys choose one, Enter marks its place on the map.";
    this.#grid.setAttribute("aria-label", `${this.#place}, ${title}: decoded draws. ${keys}`);
    const images = Uint8Array.from(atob(judged.images), (letter) => letter.charCodeAt(0));
    const focused = this.#buttons.indexOf(document.activeElement);
    this.#buttons = points.map((point, i) =>
      thumbnail(judged.name, point, verdicts[i], images.subarray(PIXELS * i, PIXELS * (i + 1))),
    );
    this.#grid.replaceChildren(...this.#buttons);
    this.#tabTo(Math.max(focused, 0));
    if (focused >= 0) this.#buttons[focused]?.focus();
  }

  set busy(busy) {
    this.element.setAttribute("aria-busy", busy);
  }

  /** The index of the first draw that lies at z, give or take `same`; -1 if none does. */
  indexAt(z, same) {
    return this.#points.findIndex((point) => point.every((value, axis) => Math.abs(value - z[axis]) < same));
  }

  /** Mark one draw; -1 for none. */
  mark(index) {
    this.#buttons.forEach((button, i) => button.setAttribute("aria-current", i === index));
  }

  #press(event, from) {
    if (from < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const columns = getComputedStyle(this.#grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = from + step;
    if (!this.#buttons[to]) return;
    this.#tabTo(to);
    this.#buttons[to].focus();
  }

  /** One stop for the Tab key, however many draws there are. */
  #tabTo(index) {
    this.#buttons.forEach((button, i) => (button.tabIndex = i === index ? 0 : -1));
  }
}

function thumbnail(model, [z1, z2], verdict, pixels) {
  const { above, below, said, named } = written(verdict);
  const canvas = make("canvas");
  new GreyCanvas(canvas).draw(pixels);
  const attributes = {
    type: "button",
    class: named ? "named" : "unclear",
    "data-testid": "draw",
    "data-model": model,
    "data-z1": z1,
    "data-z2": z2,
    "aria-label": said,
  };
  return make("button", attributes, canvas, make("b", {}, above), make("span", {}, below));
}

/** A verdict in words: a digit, none, or unclear, which is either between digits or between a digit and none. */
function written([digit, probability, named, nothing]) {
  const percent = (share) => `${Math[named ? "round" : "floor"](100 * share)} %`; // unclear is not rounded up to clear
  const likely = percent(probability);
  if (named) return { named, above: `${digit}`, below: likely, said: `A ${digit}, ${likely}` };
  if (nothing > probability) {
    const none = percent(nothing);
    return { named, above: "no digit", below: none, said: `No digit, ${none}` };
  }
  return { named, above: "unclear", below: `${digit}? ${likely}`, said: `Unclear; most like a ${digit}, ${likely}` };
}
