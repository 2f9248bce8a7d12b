// A student's side of a room: joining, the pin that is sent, the question that is on, what was answered, where the class is.

import { button, make } from "../parts/dom.js";
import { announceRoom, answerRoom, listenAnswer, listenPins } from "../wire/bus.js";
import { Teller } from "../wire/teller.js";
import { forget, recall, remember } from "./memory.js";
import { answerInWords, askedFor } from "./question.js";
import { result } from "./results.js";
import { knownToStudent, RoomChannel } from "./room_channel.js";
import { fill, text } from "./room_line.js";

const OPEN_ELSEWHERE = 4409;
const NOWHERE = { page: null, address: null };
const MODEL = /^[A-Za-z0-9_][\w.-]{0,63}$/; // a checkpoint's name; the plane of a training run has none
const QUESTIONS = 10; // whose words are remembered, for results that are revealed later

export class StudentSide {
  #root;
  #code = null;
  #pages = {};
  #words = {};
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
  #panel = make("div", { class: "room-panel", role: "region", hidden: "" });
  #stopPins;
  #stopLesson;
  #stopAnswering;

  /** Fills `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
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
    this.#speak(data.words, data.language);
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

  #speak(words, language) {
    if (language === this.#root.lang) return;
    this.#words = words;
    this.#root.lang = language;
    this.#panel.setAttribute("aria-label", words.panel);
    this.#asked.key = null;
    if (this.#code) this.#draw();
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
    const words = this.#words;
    this.#root.dataset.state = this.#over ? "over" : room ? "in" : this.#channel ? "joining" : "invited";
    if (this.#over) this.#drawOver();
    else if (!this.#channel) this.#drawInvitation();
    else if (!room || !welcome) fill(this.#line, [text(this.#open ? words.joining : words.away), this.#leaving(words.leave)]);
    else this.#drawRoom(room, welcome.name);
    this.#drawPanel();
  }

  #drawInvitation() {
    const { join, notNow, privacy } = this.#words;
    const joining = button(join, () => this.#join(), { class: "main" });
    fill(this.#line, [this.#title(), joining, this.#leaving(notNow), text(privacy, "room-quiet")]);
  }

  #drawOver() {
    const { useHere, closed, close } = this.#words;
    const again = this.#over.code === OPEN_ELSEWHERE ? [button(useHere, () => this.#join(), { class: "main" })] : [];
    fill(this.#line, [this.#title(), text(this.#over.sentence || closed, "room-said"), ...again, this.#leaving(close)]);
  }

  #drawRoom(room, name) {
    const words = this.#words;
    const you = text(words.youAre.replace("{name}", name), "room-name");
    const parts = [this.#title(), you, text(`${room.members} ${words.here}`, "room-quiet")];
    if (!this.#open) parts.push(text(words.away, "room-said"));
    else if (room.frozen) parts.push(text(words.frozen, "room-said"));
    if (room.picked) parts.push(text(`${words.onTheMap} ${room.picked.name}`, "room-said"));
    if (room.address) parts.push(...this.#pace(room.address));
    fill(this.#line, [...parts, this.#leaving(words.leave)]);
  }

  #pace(address) {
    const { following } = this.#memory;
    const words = this.#words;
    const where = text(`${words.everyoneIsHere} ${this.#pages[address.page] ?? address.page}`, "room-said");
    const toggling = following ? button(words.stay, () => this.#stay()) : button(words.follow, () => this.#catchUp());
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
      const title = text(question?.question ?? this.#words.classAnswered, "room-question");
      const done = button(this.#words.putAway, () => this.#putAway());
      this.#panel.replaceChildren(title, result(shown, question?.options ?? [], this.#words), done);
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
      const said = text(`${this.#words.yourAnswer} ${answerInWords(asked, answer)}. ${this.#words.wait}`);
      return this.#panel.replaceChildren(title, said);
    }
    if (this.#isInLesson(asked)) return this.#panel.replaceChildren(text(this.#words.lockBelow));
    const controls = askedFor(asked, {
      send: (value) => this.#answer(value),
      openMap: (model) => this.#go({ page: "latent_map", address: { model } }),
    }, this.#words);
    this.#asked.controls = controls;
    this.#panel.replaceChildren(title, controls.element);
  }

  #title() {
    return make("b", { class: "room-title" }, `${this.#words.room} ${this.#code}`);
  }

  #leaving(word) {
    return button(word, () => this.#leave(), { class: "room-leave" });
  }
}
