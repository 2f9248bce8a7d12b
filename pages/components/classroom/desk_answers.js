// Answers as they come in: bars, a cloud, places; shown to students only when the teacher reveals them.

import { button, make } from "../parts/dom.js";
import { choiceOf, fillChoice } from "./controls.js";
import { result, summed } from "./results.js";
import { countHere } from "./room_channel.js";

export class DeskAnswers {
  element = make("section", { class: "room-answers", "aria-label": "Answers" });
  #say;
  #chosen = null; // the step on show
  #asked = null; // the step that is on
  #choice;
  #drawn = make("div", {});
  #title = make("p", { class: "room-question" });
  #said = make("p", { class: "room-quiet", role: "status" }, "No question yet.");
  #reveal = button("Reveal", () => this.#say(this.#isRevealed ? "hide" : "reveal", { step: this.#chosen }));
  #close = button("Close the question", () => this.#say("close"));
  #isRevealed = false;
  #known = null;
  #changed;
  #words;

  /** `say(word, content)`; `changed()` is called when another question is looked at; `words` are those of a result. */
  constructor(say, changed, words) {
    this.#words = words;
    this.#say = say;
    this.#changed = changed;
    this.#choice = choiceOf("Question", [], (step) => {
      this.#chosen = step;
      this.show(this.#known);
      this.#changed();
    });
    const row = make("div", { class: "room-row" }, this.#choice, this.#reveal, this.#close);
    this.element.append(make("h2", {}, "Answers"), row, this.#title, this.#drawn, this.#said);
  }

  /** The question that is looked at, null if there is none. */
  get question() {
    return this.#known?.questions[this.#chosen] ?? null;
  }

  /** Answers {name: value} to it. */
  get answers() {
    return this.#known?.answers[this.#chosen] ?? {};
  }

  show(known) {
    const isNew = known.asked && known.asked.step !== this.#asked;
    this.#known = known;
    this.#asked = known.asked?.step ?? null;
    const steps = Object.values(known.questions);
    if (isNew || !known.questions[this.#chosen]) this.#chosen = this.#asked ?? steps.at(-1)?.step ?? null;
    const select = this.#choice.querySelector("select");
    const options = steps.map(({ step, question }) => [step, question]);
    if (JSON.stringify(options) !== select.dataset.options) fillChoice(select, options);
    select.dataset.options = JSON.stringify(options);
    if (this.#chosen) select.value = this.#chosen;
    this.#draw();
  }

  #draw() {
    const { question, answers } = this;
    this.#isRevealed = Boolean(question) && this.#chosen in this.#known.revealed;
    const isOn = Boolean(question) && this.#asked === this.#chosen;
    this.#reveal.textContent = this.#isRevealed ? "Hide from students" : "Reveal to students";
    this.#reveal.disabled = !question;
    this.#close.disabled = !isOn;
    this.#choice.hidden = !question;
    this.#title.textContent = question?.question ?? "";
    if (!question) return this.#drawn.replaceChildren();
    const here = countHere(this.#known.members);
    const state = isOn ? "Students can answer." : this.#isRevealed ? "Students see this." : "The question is closed.";
    this.#said.textContent = `${Object.keys(answers).length} of ${here} here. ${state}`;
    this.#drawn.replaceChildren(result(summed(question, Object.values(answers)), question.options, this.#words));
  }
}
