// The teacher's desk: opens a room, shows its code, leads it. Its secret stays in this tab, which finds the room again.

import { button, make } from "../parts/dom.js";
import { offerFile } from "../parts/file.js";
import { sureButton } from "../parts/sure_button.js";
import { fetchPlotly } from "../plane/plane.js";
import { Teller } from "../wire/teller.js";
import { DeskAnswers } from "./desk_answers.js";
import { DeskLead } from "./desk_lead.js";
import { DeskMap } from "./desk_map.js";
import { DeskMembers } from "./desk_members.js";
import { DeskSign } from "./desk_sign.js";
import { forget, recall, remember } from "./memory.js";
import { fits, knownToTeacher, RoomChannel } from "./room_channel.js";

const OPENING = "A room gathers a class: pins on one map, answers in one chart. Students need a link, and nothing else.";
const AWAY = "The room does not answer. It is tried again.";
const TOO_LONG = "This is too long for a room. Shorten the question, or lead to a page without a drawing.";
const NO_SERVER = "The server cannot be reached. Try again.";

/** Build the desk inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Desk(root, data);
}

class Desk {
  #root;
  #data;
  #own = recall(); // {code, secret}
  #teller;
  #channel = null;
  #known = null;
  #said = make("p", { class: "room-said", role: "status" });
  #parts = null; // of an open room
  #stage = null; // map and controls, of no use before the room has answered
  #freezing = button("Freeze pins", () => this.#say(this.#known.frozen ? "unfreeze" : "freeze"));
  #showing = button("Show pins to all", () => this.#say(this.#known.shown ? "hide" : "reveal", { pins: true }));

  constructor(root, data) {
    this.#root = root;
    this.#data = data;
    this.#teller = new Teller("leads", data.seen, { code: data.code });
    if (this.#own.code && this.#own.secret) this.#enter();
    else this.#drawClosed();
  }

  /** Streamlit's newest arguments. The room goes along to every page, so that it is led from there, too. */
  update(component) {
    this.#teller.news(component, { code: component.data.code });
    this.#tell();
    this.#parts?.map.retheme();
  }

  dispose() {
    this.#teller.dispose();
    this.#channel?.close();
    this.#parts?.map.dispose();
  }

  #tell() {
    if (this.#own.code) this.#teller.tell({ code: this.#own.code });
  }

  #drawClosed() {
    const open = button("Open a room", () => this.#open(open), { class: "main" });
    this.#root.replaceChildren(make("p", {}, OPENING), make("div", { class: "room-row" }, open, this.#said));
  }

  async #open(pressed) {
    pressed.disabled = true;
    this.#said.textContent = "";
    try {
      const response = await fetch(new URL("rooms", document.baseURI), { method: "POST" });
      if (!response.ok) throw new Error(await response.text());
      this.#own = await response.json();
    } catch (error) {
      pressed.disabled = false;
      this.#said.textContent = error instanceof TypeError ? NO_SERVER : error.message;
      return;
    }
    remember(this.#own);
    this.#tell();
    this.#enter();
  }

  #enter() {
    this.#build();
    this.#channel = new RoomChannel(this.#own.code, () => ({ secret: this.#own.secret }), {
      heard: (frame) => this.#hear(frame),
      changed: ({ open }) => (this.#said.textContent = open ? "" : AWAY),
      over: (code, sentence) => this.#end(sentence),
    });
  }

  #build() {
    const { models, plotly } = this.#data;
    const url = new URL(plotly, document.baseURI);
    fetchPlotly(url);
    const say = (word, content) => this.#say(word, content);
    const sign = new DeskSign(this.#own.code);
    const answers = new DeskAnswers(say, () => this.#drawMap(), this.#data.words);
    const lead = new DeskLead(say, () => this.#parts.map.model, this.#data);
    const members = new DeskMembers(say);
    const place = make("section", { class: "room-map", "aria-label": "The class on the map" });
    const beside = make("div", { class: "room-beside" }, answers.element, lead.element, members.element);
    this.#stage = make("div", { class: "room-stage", inert: "" }, place, beside);
    this.#root.replaceChildren(sign.element, this.#commands(sign.link), this.#stage);
    this.#parts = { sign, answers, lead, members, map: new DeskMap(place, models, url) };
  }

  #commands(link) {
    const clear = sureButton("Clear pins", "Clear all pins?", () => this.#say("clear"));
    const saving = button("Save as CSV", () => this.#save());
    const student = make("a", { class: "room-link", href: link, target: "_blank", rel: "noopener" }, "See what a student sees");
    const end = sureButton("End the room", "End it for everybody?", () => this.#say("end"));
    return make("div", { class: "room-row room-commands" }, this.#freezing, this.#showing, clear, saving, student, end, this.#said);
  }

  #say(word, content) {
    if (!fits(word, content)) this.#said.textContent = TOO_LONG;
    else this.#said.textContent = this.#channel?.say(word, content) ? "" : AWAY;
  }

  #hear(frame) {
    this.#known = knownToTeacher(this.#known, frame);
    if (!this.#known) return;
    const { sign, answers, lead, members } = this.#parts;
    this.#stage.inert = false;
    this.#freezing.textContent = this.#known.frozen ? "Let pins move" : "Freeze pins";
    this.#showing.textContent = this.#known.shown ? "Hide pins from all" : "Show pins to all";
    for (const part of [sign, answers, lead, members]) part.show(this.#known);
    this.#drawMap();
  }

  /** Pins, or the answers where a place was asked for. */
  #drawMap() {
    const { map, answers } = this.#parts;
    const { pins, picked } = this.#known;
    const { question } = answers;
    if (question?.kind === "point" && this.#known.asked?.step === question.step) {
      const places = Object.entries(answers.answers).map(([name, [z1, z2]]) => [name, { model: question.model, z1, z2 }]);
      map.open(question.model);
      return map.show(Object.fromEntries(places), null, `Answers: ${places.length}`);
    }
    const latest = Object.entries(pins).sort(([, one], [, other]) => other.at - one.at)[0]?.[0] ?? null;
    const here = Object.values(pins).filter(({ model }) => model === map.model).length;
    const elsewhere = Object.keys(pins).length - here;
    map.show(pins, picked?.name ?? latest, `Pins: ${here}${elsewhere ? `, and ${elsewhere} on other maps` : ""}`);
  }

  async #save() {
    const { code, secret } = this.#own;
    try {
      const response = await fetch(new URL(`rooms/${code}/export.csv`, document.baseURI), { headers: { "X-Room-Secret": secret } });
      if (!response.ok) throw new Error(await response.text());
      offerFile(await response.blob(), `room-${code}.csv`);
      this.#said.textContent = "";
    } catch (error) {
      this.#said.textContent = error instanceof TypeError ? NO_SERVER : error.message;
    }
  }

  #end(sentence) {
    forget();
    this.#teller.tell({ code: null });
    this.#parts.map.dispose();
    this.#parts = this.#channel = this.#known = null;
    this.#own = {};
    this.#said.textContent = sentence || "The room has ended.";
    this.#drawClosed();
  }
}
