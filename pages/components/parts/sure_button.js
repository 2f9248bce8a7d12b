// What cannot be taken back is asked for twice.

import { button } from "./dom.js";

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
