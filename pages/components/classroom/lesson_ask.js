// The question of a lesson's step: its controls, the lock that asks first, and the answer once it is locked. What is locked
// is remembered in the tab, so that a reload, which is a new visitor to Python, finds it again.

import { button, make } from "../parts/dom.js";
import { recalled, remember } from "../parts/memory.js";
import { announceAnswer, answerRoom, listenPins } from "../wire/bus.js";
import { Teller } from "../wire/teller.js";
import { answerInWords, askedFor } from "./question.js";

/** Build it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new LessonAsk(root, data);
}

class LessonAsk {
  #place; // where the tab remembers the answer
  #step;
  #question; // {kind, question, options, model}
  #words;
  #answer; // what is locked, null as long as nothing is
  #teller;
  #controls;
  #area = make("div", { class: "lesson-answer" });
  #stopListening;
  #stopAnswering;

  constructor(root, { lesson, step, question, words, language, answer, seen }) {
    this.#place = `latent-atlas-lesson ${lesson} ${step}`;
    this.#step = step;
    this.#question = question;
    this.#words = words;
    this.#answer = answer;
    this.#teller = new Teller("answered", seen, { answer });
    const on = { send: (value) => this.#confirm(value) };
    this.#controls = askedFor(question, on, words);
    this.#stopListening = listenPins((pin) => this.#controls.pinned(pin));
    this.#stopAnswering = answerRoom(() => this.#announce());
    root.lang = language;
    root.replaceChildren(make("p", { class: "lesson-question" }, question.question), this.#area);
  }

  /** Streamlit's newest arguments; an answer that Python does not know is told again. */
  update(component) {
    const { answer } = component.data;
    const news = this.#teller.news(component, { answer });
    if (answer !== null) {
      this.#answer = answer;
      remember("session", this.#place, this.#answer);
    } else if (news) {
      this.#answer ??= this.#recalled();
      if (this.#answer !== null) this.#teller.tell({ answer: this.#answer });
    }
    this.#draw();
  }

  dispose() {
    this.#stopListening();
    this.#stopAnswering();
    announceAnswer({ step: this.#step, gone: true });
    this.#teller.dispose();
  }

  /** To a room, which may ask the same. */
  #announce() {
    announceAnswer({ step: this.#step, question: this.#question.question, answer: this.#answer });
  }

  #draw() {
    this.#announce();
    if (this.#answer !== null) this.#area.replaceChildren(this.#locked());
    else if (!this.#area.firstChild) this.#area.replaceChildren(this.#controls.element);
  }

  /** Once it is locked an answer stays: so it is asked first. */
  #confirm(value) {
    const back = () => {
      this.#area.replaceChildren(this.#controls.element);
      this.#controls.element.querySelector("button:not(:disabled)").focus();
    };
    const lock = button(this.#words.lockIt, () => this.#lock(value), { class: "main" });
    const said = make("p", {}, make("b", {}, answerInWords(this.#question, value)), ` ${this.#words.stays}`);
    const row = make("div", { class: "lesson-confirm" }, said, lock, button(this.#words.change, back));
    this.#area.replaceChildren(row);
    lock.focus();
  }

  #lock(value) {
    this.#answer = value;
    remember("session", this.#place, this.#answer);
    this.#draw();
    this.#area.firstChild.focus();
    this.#teller.tell({ answer: value });
  }

  #locked() {
    const said = make("b", {}, answerInWords(this.#question, this.#answer));
    return make("p", { "data-testid": "lesson-locked", tabindex: "-1" }, `${this.#words.youSaid} `, said);
  }

  #recalled() {
    const known = recalled("session", this.#place);
    return known !== null && this.#fits(known) ? known : null;
  }

  /** Whether what was remembered answers this question; a teacher may have changed it meanwhile. */
  #fits(value) {
    const { kind, options } = this.#question;
    if (kind === "choice") return Number.isInteger(value) && value in options;
    if (!Array.isArray(value)) return false;
    if (kind === "point") return value.length === 2 && value.every(Number.isFinite);
    return value.length === options.length && options.every((_, index) => value.includes(index));
  }
}
