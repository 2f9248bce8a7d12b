// A question that a class is asked, with its controls: options, a pin on a map, items to be put in order.

import { written } from "../parts/coordinates.js";
import { make } from "../parts/dom.js";

/** A button that calls `press`. */
export function button(text, press, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", press);
  return made;
}

/** An answer to a question in words. */
export function answerInWords({ kind, options }, value) {
  if (kind === "choice") return options[value];
  if (kind === "point") return `z₁ ${written(value[0]).trim()}, z₂ ${written(value[1]).trim()}`;
  return value.map((index) => options[index]).join(", ");
}

/**
 * The controls of `question` (as in the protocol) in an element. `on.send(value)` gets the answer, once;
 * `on.openMap(model)` is asked for the map of a model. `pinned(pin)` of the result hears of pins {model, z1, z2}.
 */
export function askedFor(question, on) {
  const kinds = { choice, point, order };
  return kinds[question.kind](question, on);
}

function choice({ question, options }, { send }) {
  let chosen = -1;
  const sending = button("Send", () => send(chosen), { class: "main", disabled: "" });
  const choices = options.map((option, index) =>
    button(
      option,
      () => {
        chosen = index;
        choices.forEach((each, at) => each.setAttribute("aria-pressed", String(at === index)));
        sending.disabled = false;
      },
      { "aria-pressed": "false" },
    ),
  );
  const group = make("div", { class: "room-options", role: "group", "aria-label": question }, ...choices);
  return { element: make("div", { class: "room-controls" }, group, sending), pinned: () => {} };
}

function point({ model }, { send, openMap }) {
  let z = null;
  const said = make("output", { class: "room-pinned" }, "Pin your answer on the map.");
  const sending = button("Send this pin", () => send(z), { class: "main", disabled: "" });
  const opening = button("Open its map", () => openMap(model));
  const pinned = (pin) => {
    if (pin.model !== model) {
      if (!z) said.textContent = "That was another model’s map: open the right one.";
      return;
    }
    z = [pin.z1, pin.z2];
    said.textContent = `Your pin: z₁ ${written(pin.z1).trim()}, z₂ ${written(pin.z2).trim()}.`;
    sending.disabled = false;
  };
  return { element: make("div", { class: "room-controls" }, said, opening, sending), pinned };
}

function order({ question, options }, { send }) {
  let indices = options.map((_, index) => index);
  const list = make("ol", { class: "room-order", "aria-label": question });
  const move = (from, by) => {
    const to = from + by;
    [indices[from], indices[to]] = [indices[to], indices[from]];
    draw();
    const buttons = [...list.children[to].querySelectorAll("button")];
    (buttons.find((each) => each.dataset.by === String(by) && !each.disabled) ?? buttons.find((each) => !each.disabled)).focus();
  };
  const draw = () => {
    list.replaceChildren(
      ...indices.map((index, place) => {
        const arrow = (by, sign, word) => {
          const made = button(sign, () => move(place, by), { "aria-label": `Move ${options[index]} ${word}`, "data-by": by });
          made.disabled = place + by < 0 || place + by >= options.length;
          return made;
        };
        return make("li", {}, make("span", {}, options[index]), arrow(-1, "↑", "up"), arrow(1, "↓", "down"));
      }),
    );
  };
  draw();
  const sending = button("Send this order", () => send(indices), { class: "main" });
  return { element: make("div", { class: "room-controls" }, list, sending), pinned: () => {} };
}
