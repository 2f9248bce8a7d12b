// How the run on show stands: progress, why it does not go on, and what its owner can do about it.

import { make } from "../parts/dom.js";
import { standing } from "./said.js";

const COMMANDS = {
  pause: { title: "Pause", states: ["training", "waiting"] },
  resume: { title: "Resume", states: ["paused"] },
  stop: { title: "Stop and keep", states: ["training", "paused"] },
  discard: { title: "Discard", states: ["waiting", "training", "paused", "stopped", "finished", "failed", "uploaded"] },
};
const SURE_MS = 4000; // a second press within this time discards

export class Board {
  element;
  #buttons;
  #bar = make("progress", { max: "1", value: "0", "aria-label": "Epochs trained" });
  #said = make("p", { class: "training-standing", role: "status", "data-testid": "standing" });
  #reason = make("p", { class: "training-reason", role: "status", "data-testid": "reason" });
  #commands = make("div", { class: "training-commands" });
  #sure = 0;

  /** `command(name)` hears of a press; it resolves to what is wrong, or "". */
  constructor(command) {
    this.#buttons = Object.entries(COMMANDS).map(([name, { title, states }]) => {
      const button = make("button", { type: "button", "data-testid": name }, title);
      button.addEventListener("click", async () => {
        if (name === "discard" && !this.#isSure(button, title)) return;
        button.disabled = true;
        this.#say(await command(name));
        button.disabled = false;
      });
      return { button, states };
    });
    this.#commands.append(...this.#buttons.map(({ button }) => button));
    this.element = make("div", { class: "training-board" }, this.#said, this.#bar, this.#commands, this.#reason);
  }

  /** Show how a run (run.js) stands. */
  show(run) {
    const { status, sentence, isOwn } = run;
    this.#said.textContent = status ? `${status.title}. ${standing(status)}` : sentence || "Loading the run.";
    this.#say([status?.reason, status && sentence].filter(Boolean).join(" "));
    const part = status?.epochs ? status.epoch / status.epochs : 0;
    this.#bar.value = part;
    this.#bar.hidden = !status || !["waiting", "training", "paused"].includes(status.state);
    for (const { button, states } of this.#buttons) button.hidden = !isOwn || !states.includes(status?.state);
    this.element.dataset.state = status?.state ?? "";
  }

  dispose() {
    clearTimeout(this.#sure);
  }

  #say(sentence) {
    if (this.#reason.textContent !== sentence) this.#reason.textContent = sentence;
  }

  /** What is discarded is lost: one press asks, the next one does. */
  #isSure(button, title) {
    if (this.#sure) {
      clearTimeout(this.#sure);
      this.#sure = 0;
      button.textContent = title;
      return true;
    }
    button.textContent = "Discard for good?";
    this.#sure = setTimeout(() => {
      this.#sure = 0;
      button.textContent = title;
    }, SURE_MS);
    return false;
  }
}
