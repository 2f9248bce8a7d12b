// A question that a class is asked, with its controls: options, a pin on a map, items to be put in order.

import { written } from "../parts/coordinates.js";
import { button, make } from "../parts/dom.js";

/** An answer to a question in words. */
export function answerInWords({ kind, options }, value) {
  if (kind === "choice") return options[value];
  if (kind === "point") return `z₁ ${written(value[0]).trim()}, z₂ ${written(value[1]).trim()}`;
  return value.map((index) => options[index]).join(", ");
}

/**
 * The controls of `question` (as in the protocol) in an element. `on.send(value)` gets the answer, once;
 * `on.openMap(model)`, if there is one, is asked for the map of a model. `pinned(pin)` of the result hears of pins
 * {model, z1, z2}. `words` are those of room_words.py, or those of a lesson.
 */
export function askedFor(question, on, words) {
  const kinds = { choice, point, order };
  return kinds[question.kind](question, on, words);
}

function choice({ question, options }, { send }, words) {
  let chosen = -1;
  const sending = button(words.send, () => send(chosen), { class: "main", disabled: "" });
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

function point({ model }, { send, openMap }, words) {
  let z = null;
  const said = make("output", { class: "room-pinned" }, words.pinFirst);
  const sending = button(words.sendPin, () => send(z), { class: "main", disabled: "" });
  const opening = openMap ? [button(words.openMap, () => openMap(model))] : [];
  const pinned = (pin) => {
    if (pin.model !== model) {
      if (!z) said.textContent = words.otherMap;
      return;
    }
    z = [pin.z1, pin.z2];
    said.textContent = `${words.yourPin} z₁ ${written(pin.z1).trim()}, z₂ ${written(pin.z2).trim()}.`;
    sending.disabled = false;
  };
  return { element: make("div", { class: "room-controls" }, said, ...opening, sending), pinned };
}

function order({ question, options }, { send }, words) {
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
          const made = button(sign, () => move(place, by), { "aria-label": `${word} ${options[index]}`, "data-by": by });
          made.disabled = place + by < 0 || place + by >= options.length;
          return made;
        };
        return make("li", {}, make("span", {}, options[index]), arrow(-1, "↑", words.up), arrow(1, "↓", words.down));
      }),
    );
  };
  draw();
  const sending = button(words.sendOrder, () => send(indices), { class: "main" });
  return { element: make("div", { class: "room-controls" }, list, sending), pinned: () => {} };
}
