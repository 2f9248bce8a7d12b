// A student's side of a room: joining, the pin that is sent, the question that is on, what was answered, where the class is.

import { button, make } from "../parts/dom.js";
import { announceRoom, answerRoom, listenAnswer, listenPins } from "../wire/bus.js";
import { Teller } from "../wire/teller.js";
import { forget, recall, remember } from "./memory.js";
import { answerInWords, askedFor } from "./question.js";
import { result } from "./results.js";
import { knownToStudent, RoomChannel } from "./room_channel.js";

const PRIVACY = "You get a name, and need no account. All is forgotten when the room ends.";
const AWAY = "The room does not answer. It is tried again.";
const FROZEN = "Pins stand still: your teacher has frozen them.";
const OPEN_ELSEWHERE = 4409;
const NOWHERE = { page: null, address: null };
const MODEL = /^[A-Za-z0-9_][\w.-]{0,63}$/; // a checkpoint's name; the plane of a training run has none
const QUESTIONS = 10; // whose words are remembered, for results that are revealed later

/** Build the bar inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new RoomBar(root, data);
}

class RoomBar {
  #root;
  #code = null;
  #pages = {};
  #teller;
  #channel = null;
  #known = {};
  #memory = {}; // as in this tab's memory: {token, following, followed, questions: {step: question}}
  #open = true;
  #over = null; // {code, sentence}
  #asked = { key: null, controls: null };
  #lesson = null; // {step, question, answer} of the lesson's bar below, if there is one
  #shown = null; // the step whose result is on show
  #line = make("div", { class: "room-line" });
  #panel = make("div", { class: "room-panel", role: "region", "aria-label": "The class’s question", hidden: "" });
  #stopPins;
  #stopLesson;
  #stopAnswering;

  constructor(root, { seen }) {
    this.#root = root;
    this.#teller = new Teller("told", seen, NOWHERE);
    root.replaceChildren(this.#line, this.#panel);
    this.#stopPins = listenPins((pin) => this.#pin(pin));
    this.#stopLesson = listenAnswer((said) => this.#hearLesson(said));
    this.#stopAnswering = answerRoom(() => this.#announce());
  }

  /** Streamlit's newest arguments: perhaps another room. */
  update(component) {
    const { data } = component;
    this.#teller.news(component, NOWHERE);
    this.#pages = data.pages;
    if (data.code === this.#code) return;
    this.#quit();
    this.#code = data.code;
    this.#memory = { following: true, followed: null, questions: {}, ...recall(data.code) };
    this.#known = {};
    this.#over = null;
    if (this.#memory.token) this.#join();
    else this.#draw();
  }

  dispose() {
    this.#quit();
    this.#teller.dispose();
    this.#stopPins();
    this.#stopLesson();
    this.#stopAnswering();
  }

  #quit() {
    this.#channel?.close();
    this.#channel = null;
    announceRoom({ pins: {}, marked: null });
  }

  #join() {
    this.#over = null;
    this.#channel = new RoomChannel(this.#code, () => ({ token: this.#memory.token ?? null }), {
      heard: (frame) => this.#hear(frame),
      changed: ({ open }) => {
        this.#open = open;
        this.#draw();
      },
      over: (code, sentence) => this.#end(code, sentence),
    });
    this.#draw();
  }

  #leave() {
    this.#channel?.say("leave");
    this.#quit();
    forget(this.#code);
    this.#teller.tell({ page: null, address: { left: this.#code } });
  }

  #end(code, sentence) {
    this.#over = { code, sentence };
    if (code !== OPEN_ELSEWHERE) forget(this.#code);
    this.#channel = null;
    this.#known = {};
    this.#announce();
    this.#draw();
  }

  #hear(frame) {
    const before = this.#known.room?.revealed ?? {};
    this.#known = knownToStudent(this.#known, frame);
    if (frame.welcome) this.#keep({ token: frame.welcome.token });
    if (frame.room) this.#hearRoom(frame.room, before);
    this.#announce();
    this.#draw();
  }

  #hearRoom(news, before) {
    if (news.asked) {
      const questions = Object.entries({ ...this.#memory.questions, [news.asked.step]: news.asked });
      this.#keep({ questions: Object.fromEntries(questions.slice(-QUESTIONS)) });
    }
    const fresh = Object.keys(news.revealed ?? {}).filter((step) => !(step in before));
    this.#shown = fresh.at(-1) ?? this.#shown;
    if (news.address !== undefined) this.#follow();
  }

  /** Go where the class is, once for every place it is led to. */
  #follow() {
    const { address } = this.#known.room;
    const place = JSON.stringify(address);
    if (!address || !this.#memory.following || place === this.#memory.followed) return;
    this.#keep({ followed: place });
    this.#go(address);
  }

  #go({ page, address }) {
    this.#teller.tell({ page, address });
  }

  #pin({ model, z1, z2 }) {
    if (!this.#channel || !MODEL.test(model)) return;
    this.#channel.saySoon("pin", { model, z1, z2 });
    this.#asked.controls?.pinned({ model, z1, z2 });
  }

  /** What is locked in the lesson's bar answers the room's question, if that is the same. */
  #hearLesson(said) {
    if (said.gone && said.step !== this.#lesson?.step) return;
    this.#lesson = said.gone ? null : said;
    this.#drawPanel();
  }

  #isInLesson({ step, question }) {
    return this.#lesson?.step === step && this.#lesson.question === question;
  }

  /** To the maps: others' pins as far as they are shown, and the one that the teacher has picked. */
  #announce() {
    const { pins = {}, room, welcome } = this.#known;
    const others = { ...pins };
    delete others[welcome?.name];
    const picked = room?.picked;
    if (picked) others[picked.name] = picked;
    announceRoom({ pins: others, marked: picked?.name ?? null });
  }

  #keep(more) {
    this.#memory = { ...this.#memory, ...more };
    remember(this.#memory, this.#code);
  }

  #draw() {
    const { welcome, room } = this.#known;
    this.#root.dataset.state = this.#over ? "over" : room ? "in" : this.#channel ? "joining" : "invited";
    if (this.#over) this.#drawOver();
    else if (!this.#channel) this.#drawInvitation();
    else if (!room || !welcome) this.#fill([text(this.#open ? "Joining the room." : AWAY), this.#leaving("Leave")]);
    else this.#drawRoom(room, welcome.name);
    this.#drawPanel();
  }

  #drawInvitation() {
    const join = button("Join", () => this.#join(), { class: "main" });
    this.#fill([this.#title(), join, this.#leaving("Not now"), text(PRIVACY, "room-quiet")]);
  }

  #drawOver() {
    const again = this.#over.code === OPEN_ELSEWHERE ? [button("Use it here", () => this.#join(), { class: "main" })] : [];
    this.#fill([this.#title(), text(this.#over.sentence || "The room is closed.", "room-said"), ...again, this.#leaving("Close")]);
  }

  #drawRoom(room, name) {
    const parts = [this.#title(), text(`You are ${name}`, "room-name"), text(`${room.members} here`, "room-quiet")];
    if (!this.#open) parts.push(text(AWAY, "room-said"));
    else if (room.frozen) parts.push(text(FROZEN, "room-said"));
    if (room.picked) parts.push(text(`On the map: ${room.picked.name}`, "room-said"));
    if (room.address) parts.push(...this.#pace(room.address));
    this.#fill([...parts, this.#leaving("Leave")]);
  }

  #pace(address) {
    const { following } = this.#memory;
    const where = text(`Everyone is here: ${this.#pages[address.page] ?? address.page}`, "room-said");
    const toggling = following ? button("Stop following", () => this.#stay()) : button("Follow", () => this.#catchUp());
    return [where, toggling];
  }

  #stay() {
    this.#keep({ following: false });
    this.#draw();
  }

  #catchUp() {
    this.#keep({ following: true, followed: null });
    this.#follow();
    this.#draw();
  }

  #drawPanel() {
    const { room, you } = this.#known;
    const asked = room?.asked ?? null;
    const answer = asked && you?.answers[asked.step];
    const shown = (!asked && room?.revealed[this.#shown]) || null;
    const inLesson = asked && this.#isInLesson(asked);
    if (inLesson && you && answer === undefined && this.#lesson.answer !== null) this.#answer(this.#lesson.answer);
    const key = JSON.stringify([asked, answer ?? null, inLesson, shown && [this.#shown, shown]]);
    if (key === this.#asked.key) return;
    this.#asked = { key, controls: null };
    this.#panel.hidden = !asked && !shown;
    if (asked) this.#drawQuestion(asked, answer);
    else if (shown) {
      const question = this.#memory.questions[this.#shown];
      const title = text(question?.question ?? "What the class answered", "room-question");
      const done = button("Put it away", () => this.#putAway());
      this.#panel.replaceChildren(title, result(shown, question?.options ?? []), done);
    } else this.#panel.replaceChildren();
  }

  #answer(value) {
    this.#channel?.say("answer", { step: this.#known.room.asked.step, value });
  }

  #putAway() {
    this.#shown = null;
    this.#drawPanel();
  }

  #drawQuestion(asked, answer) {
    const title = text(asked.question, "room-question");
    if (answer !== undefined) {
      const said = text(`Your answer: ${answerInWords(asked, answer)}. Wait for the others.`);
      return this.#panel.replaceChildren(title, said);
    }
    if (this.#isInLesson(asked)) return this.#panel.replaceChildren(text("The class answers now: lock your answer below."));
    const controls = askedFor(asked, {
      send: (value) => this.#answer(value),
      openMap: (model) => this.#go({ page: "latent_map", address: { model } }),
    });
    this.#asked.controls = controls;
    this.#panel.replaceChildren(title, controls.element);
  }

  #title() {
    return make("b", { class: "room-title" }, `Room ${this.#code}`);
  }

  #leaving(word) {
    return button(word, () => this.#leave(), { class: "room-leave" });
  }

  /** What is as it was stays the same element: a press on it that has begun is not lost. */
  #fill(parts) {
    const old = [...this.#line.children];
    const focused = old.indexOf(document.activeElement);
    const kept = parts.map((part) => old.find((each) => each.outerHTML === part.outerHTML) ?? part);
    for (const each of old) if (!kept.includes(each)) each.remove();
    kept.forEach((each, index) => {
      const there = this.#line.children[index] ?? null;
      if (there !== each) this.#line.insertBefore(each, there);
    });
    if (focused >= 0 && !this.#line.contains(document.activeElement)) this.#line.children[focused]?.focus();
  }
}

function text(content, name = "") {
  return make("span", name ? { class: name } : {}, content);
}
