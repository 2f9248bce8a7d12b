// Controls of the teacher's desk.

import { make } from "../parts/dom.js";

/** A labelled choice of [[value, text], ...]; `changed(value)` hears of another one. */
export function choiceOf(label, options, changed) {
  const select = make("select", { "aria-label": label });
  fillChoice(select, options);
  select.addEventListener("change", () => changed(select.value));
  return make("label", { class: "room-choice" }, make("span", {}, label), select);
}

/** Put other options into a choice; what was chosen stays if it is still there. */
export function fillChoice(select, options) {
  const { value } = select;
  select.replaceChildren(...options.map(([key, text]) => make("option", { value: key }, text)));
  if (options.some(([key]) => key === value)) select.value = value;
}
