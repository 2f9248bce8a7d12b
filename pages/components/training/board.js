// How the run on show stands: progress, why it does not go on, and what its owner can do about it.

import { button, make } from "../parts/dom.js";
import { sureButton } from "../parts/sure_button.js";
import { standing } from "./said.js";

const COMMANDS = {
  pause: { title: "Pause", states: ["training", "waiting"] },
  resume: { title: "Resume", states: ["paused"] },
  stop: { title: "Stop and keep", states: ["training", "paused"] },
  discard: { title: "Discard", states: ["waiting", "training", "paused", "stopped", "finished", "failed", "uploaded"] },
};

export class Board {
  element;
  #buttons;
  #bar = make("progress", { max: "1", value: "0", "aria-label": "Epochs trained" });
  #said = make("p", { class: "training-standing", role: "status", "data-testid": "standing" });
  #reason = make("p", { class: "training-reason", role: "status", "data-testid": "reason" });
  #commands = make("div", { class: "training-commands" });

  /** `command(name)` hears of a press; it resolves to what is wrong, or "". */
  constructor(command) {
    this.#buttons = Object.entries(COMMANDS).map(([name, { title, states }]) => {
      const press = async () => {
        pressed.disabled = true;
        this.#say(await command(name));
        pressed.disabled = false;
      };
      const pressed = name === "discard" ? sureButton(title, "Discard for good?", press) : button(title, press);
      pressed.dataset.testid = name;
      return { pressed, states };
    });
    this.#commands.append(...this.#buttons.map(({ pressed }) => pressed));
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
    for (const { pressed, states } of this.#buttons) pressed.hidden = !isOwn || !states.includes(status?.state);
    this.element.dataset.state = status?.state ?? "";
  }

  #say(sentence) {
    if (this.#reason.textContent !== sentence) this.#reason.textContent = sentence;
  }
}
