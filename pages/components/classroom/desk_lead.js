// How a teacher leads: everybody to a page or to a lesson's step, a question of a lesson, a question of one's own.

import { button, make } from "../parts/dom.js";
import { choiceOf, fillChoice } from "./controls.js";
import { plain } from "./room_channel.js";

const KINDS = [
  ["choice", "one of these options"],
  ["order", "these items in order"],
  ["point", "a place on the map’s plane"],
];
const MOST = 12; // options

export class DeskLead {
  element = make("section", { class: "room-lead", "aria-label": "Lead the class" });
  #say;
  #model;
  #pages;
  #lessons;
  #lesson = null;
  #step = null;
  #steps;
  #asking = button("Ask this step’s question", () => this.#ask(this.#step.ask));
  #free = button("Let everyone go", () => this.#say("pace", null));
  #where = make("p", { class: "room-quiet" });
  #own = 0; // questions of one's own that were asked so far

  /** `say(word, content)`; `model()` is the name of the model on the map; pages and lessons as Python tells them. */
  constructor(say, model, { pages, lessons }) {
    this.#say = say;
    this.#model = model;
    this.#lessons = lessons;
    this.element.append(make("h2", {}, "Lead"), this.#where, this.#pageRow(pages), ...this.#lessonRows(), this.#ownForm());
  }

  show({ address, questions }) {
    const where = address && (this.#pages.find(({ page }) => page === address.page)?.title ?? address.page);
    this.#where.textContent = address ? `Everyone is led to: ${where}.` : "Everyone goes where they like.";
    this.#free.disabled = !address;
    this.#own = Object.keys(questions).filter((step) => step.startsWith("own-")).length;
  }

  #pageRow(pages) {
    this.#pages = pages;
    const choice = choiceOf("Page", pages.map(({ page, title }) => [page, title]), () => {});
    const going = button("Everyone here", () => {
      const { page, address } = pages.find((one) => one.page === choice.querySelector("select").value);
      this.#say("pace", { page, address, step: null });
    });
    going.title = "The page as you left it";
    return make("div", { class: "room-row" }, choice, going, this.#free);
  }

  #lessonRows() {
    if (!this.#lessons.length) return [];
    const lesson = choiceOf("Lesson", this.#lessons.map(({ name, title }) => [name, title]), (name) => this.#chooseLesson(name));
    this.#steps = choiceOf("Step", [], (id) => this.#chooseStep(id));
    const going = button("Everyone at this step", () => {
      const { id, page, address } = this.#step;
      this.#say("pace", { page, address: { ...address, lesson: this.#lesson.name, step: id }, step: id });
    });
    this.#chooseLesson(this.#lessons[0].name);
    return [
      make("div", { class: "room-row" }, lesson, this.#steps),
      make("div", { class: "room-row" }, going, this.#asking),
    ];
  }

  #chooseLesson(name) {
    this.#lesson = this.#lessons.find((one) => one.name === name);
    const { steps } = this.#lesson;
    const select = this.#steps.querySelector("select");
    fillChoice(select, steps.map(({ id, concept }, index) => [id, `${index + 1}. ${concept}`]));
    this.#chooseStep(select.value);
  }

  #chooseStep(id) {
    this.#step = this.#lesson.steps.find((one) => one.id === id);
    this.#asking.disabled = !this.#step.ask;
    this.#asking.title = this.#step.ask?.question ?? "This step asks nothing.";
  }

  #ask(question) {
    this.#say("ask", question);
  }

  #ownForm() {
    const asked = make("input", { type: "text", maxlength: 300, required: "", "aria-label": "Your question", placeholder: "Your question" });
    const options = make("textarea", { rows: 3, "aria-label": "Options, one a line", placeholder: "Options, one a line" });
    const kind = choiceOf("Answer", KINDS, (chosen) => (options.hidden = chosen === "point"));
    const sentence = make("p", { class: "room-said", role: "status" });
    const form = make("form", { class: "room-own" }, asked, kind, options, make("button", { type: "submit" }, "Ask this"), sentence);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = kind.querySelector("select").value;
      const lines = options.value.split("\n").map(plain).filter(Boolean);
      const isPoint = chosen === "point";
      if (!isPoint && (lines.length < 2 || lines.length > MOST)) {
        sentence.textContent = `Write 2 to ${MOST} options, one a line.`;
        return;
      }
      sentence.textContent = "";
      const step = `own-${this.#own + 1}`;
      const more = isPoint ? { model: this.#model() } : { options: lines };
      this.#ask({ step, kind: chosen, question: plain(asked.value), ...more });
      form.reset();
      options.hidden = false;
    });
    return make("details", {}, make("summary", {}, "A question of your own"), form);
  }
}
