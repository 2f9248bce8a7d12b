// The teacher's side of a room on every page but the desk's: leading the class to what is on the screen, asking the
// question of the lesson's step, revealing what was answered. A projector may show all of it: names and pins only as
// far as students see them.

import { button, make } from "../parts/dom.js";
import { announceRoom, answerRoom } from "../wire/bus.js";
import { Teller } from "../wire/teller.js";
import { forget, recall } from "./memory.js";
import { result, summed } from "./results.js";
import { countHere, fits, knownToTeacher, RoomChannel } from "./room_channel.js";
import { fill, text } from "./room_line.js";

const DESK = "classroom"; // the page that has all of this, and more
const OWN = ["present", "room"]; // of an address: what is not for others, or what they have
const LESSON = ["lesson", "step"];
const NOWHERE = { page: null, address: null };

export class TeacherSide {
  #root;
  #data = null;
  #teller;
  #channel = null;
  #known = null;
  #open = true;
  #over = null; // a sentence
  #said = "";
  #shown = null; // the step whose result is on show
  #drawn = null; // what the panel shows, as text
  #line = make("div", { class: "room-line" });
  #panel = make("div", { class: "room-panel", role: "region", hidden: "" });
  #stopAnswering;

  /** Fills `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
  constructor(root, { seen }) {
    this.#root = root;
    this.#teller = new Teller("told", seen, NOWHERE);
    root.replaceChildren(this.#line, this.#panel);
    this.#stopAnswering = answerRoom(() => this.#announce());
  }

  /** Streamlit's newest arguments: perhaps another page, or another step of a lesson. */
  update(component) {
    this.#data = component.data;
    const { page, words, language } = this.#data;
    this.#teller.news(component, NOWHERE);
    this.#root.lang = language;
    this.#panel.setAttribute("aria-label", words.panel);
    this.#root.hidden = page === DESK;
    if (page === DESK) this.#quit();
    else if (!this.#over) this.#enter();
    this.#draw();
  }

  dispose() {
    this.#quit();
    this.#teller.dispose();
    this.#stopAnswering();
    this.#root.hidden = false;
  }

  #enter() {
    const { code, secret } = recall();
    this.#channel ??= new RoomChannel(code, () => ({ secret }), {
      heard: (frame) => this.#hear(frame),
      changed: ({ open }) => {
        this.#open = open;
        this.#draw();
      },
      over: (_, sentence) => {
        forget();
        this.#over = sentence || this.#data.words.closed;
        this.#quit();
        this.#draw();
      },
    });
  }

  #quit() {
    if (!this.#channel) return;
    this.#channel.close();
    this.#channel = this.#known = null;
    announceRoom({ pins: {}, marked: null });
  }

  #hear(frame) {
    const before = this.#known;
    this.#known = knownToTeacher(before, frame);
    if (!this.#known) return;
    const fresh = before && Object.keys(this.#known.revealed).filter((step) => !(step in before.revealed));
    this.#shown = fresh?.at(-1) ?? this.#shown;
    this.#announce();
    this.#draw();
  }

  /** To the maps: what students see, for the class sees this screen. The desk has a map of its own. */
  #announce() {
    if (!this.#channel) return;
    const { pins = {}, shown, picked } = this.#known ?? {};
    const all = shown ? { ...pins } : {};
    if (picked) all[picked.name] = picked;
    announceRoom({ pins: all, marked: picked?.name ?? null });
  }

  #say(word, content) {
    const { words } = this.#data;
    if (!fits(word, content)) this.#said = words.tooLong;
    else this.#said = this.#channel?.say(word, content) ? "" : words.away;
    this.#draw();
  }

  #lead() {
    const address = Object.fromEntries(new URLSearchParams(location.search));
    for (const name of OWN) delete address[name];
    this.#say("pace", { page: this.#data.page, address, step: address.step ?? null });
  }

  /** The lesson goes along to the desk and back. */
  #toDesk() {
    const along = [...new URLSearchParams(location.search)].filter(([name]) => LESSON.includes(name));
    this.#teller.tell({ page: DESK, address: Object.fromEntries(along) });
  }

  #draw() {
    if (!this.#data || this.#root.hidden) return;
    const { code, words } = this.#data;
    this.#root.dataset.state = this.#over ? "over" : this.#known ? "leading" : "joining";
    const title = make("b", { class: "room-title" }, `${words.room} ${code}`);
    if (this.#over) {
      const closing = button(words.close, () => this.#teller.tell({ page: null, address: { left: code } }), { class: "room-leave" });
      fill(this.#line, [title, text(this.#over, "room-said"), closing]);
    } else fill(this.#line, [title, ...(this.#known ? this.#commands(this.#known) : []), this.#status(), this.#desk()]);
    this.#drawPanel();
  }

  #commands({ members, pins, address, frozen, shown }) {
    const { words } = this.#data;
    const counts = text(`${countHere(members)} ${words.here}, ${Object.keys(pins).length} ${words.pins}`, "room-quiet");
    const going = button(words.everyoneHere, () => this.#lead(), { class: "main" });
    const free = address ? [button(words.letGo, () => this.#say("pace", null))] : [];
    const freezing = button(frozen ? words.unfreeze : words.freeze, () => this.#say(this.#known.frozen ? "unfreeze" : "freeze"));
    const showing = button(shown ? words.hide : words.show, () => this.#say(this.#known.shown ? "hide" : "reveal", { pins: true }));
    return [counts, going, ...free, freezing, showing, ...this.#asking()];
  }

  #asking() {
    const { ask, words } = this.#data;
    if (!ask || this.#known.asked?.step === ask.step) return [];
    return [button(words.ask, () => this.#say("ask", this.#data.ask))];
  }

  #status() {
    const said = this.#open ? this.#said : this.#data.words.away;
    return make("span", { class: "room-said", role: "status" }, said);
  }

  #desk() {
    return button(this.#data.words.desk, () => this.#toDesk(), { class: "room-leave" });
  }

  /** The question that is on, with how many have answered; or what the class was shown last. */
  #drawPanel() {
    const { asked, questions = {}, answers = {}, members = {}, revealed = {} } = this.#known ?? {};
    const question = asked ? questions[asked.step] : this.#shown in revealed ? questions[this.#shown] : null;
    this.#panel.hidden = !question;
    const given = question ? Object.values(answers[question.step] ?? {}) : [];
    const here = countHere(members);
    const drawn = JSON.stringify([question, Boolean(asked), given, here, this.#root.lang]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (!question) return this.#panel.replaceChildren();
    const title = text(question.question, "room-question");
    if (asked) this.#panel.replaceChildren(title, this.#counting(question, given.length, here));
    else this.#panel.replaceChildren(title, result(summed(question, given), question.options, this.#data.words), this.#putAway());
  }

  #counting({ step }, count, here) {
    const { words } = this.#data;
    const said = text(words.answered.replace("{count}", count).replace("{here}", here), "room-quiet");
    const revealing = button(words.reveal, () => this.#say("reveal", { step }), { class: "main" });
    return make("div", { class: "room-controls" }, said, revealing);
  }

  #putAway() {
    return button(this.#data.words.putAway, () => {
      this.#shown = null;
      this.#drawPanel();
    });
  }
}
