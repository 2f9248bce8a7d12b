// Controls of the teacher's desk.

import { make } from "../parts/dom.js";
import { button } from "./question.js";

const SURE_MS = 4000;

/** A button that asks once more before it calls `press`: its word becomes `question` for a few seconds. */
export function sureButton(word, question, press) {
  let timer = 0;
  const calm = () => {
    clearTimeout(timer);
    timer = 0;
    made.textContent = word;
    made.classList.remove("sure");
  };
  const made = button(word, () => {
    if (timer) {
      calm();
      return press();
    }
    made.textContent = question;
    made.classList.add("sure");
    timer = setTimeout(calm, SURE_MS);
  });
  made.addEventListener("blur", calm);
  return made;
}

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
