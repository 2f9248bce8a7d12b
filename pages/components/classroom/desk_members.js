// Who is in the room: names, whether connected, the buttons to look at a pin and to remove somebody.

import { button, make } from "../parts/dom.js";
import { sureButton } from "../parts/sure_button.js";
import { countHere } from "./room_channel.js";

export class DeskMembers {
  element = make("section", { class: "room-members", "aria-label": "Students" });
  #title = make("summary", {}, "Students");
  #list = make("ul", {});
  #say;
  #rows = new Map(); // name -> {element, picking}

  constructor(say) {
    this.#say = say;
    this.element.append(make("details", { open: "" }, this.#title, this.#list));
  }

  show({ members, pins, picked }) {
    this.#title.textContent = `Students: ${countHere(members)} here`;
    for (const [name, { element }] of this.#rows) {
      if (name in members) continue;
      element.remove();
      this.#rows.delete(name);
    }
    for (const [name, member] of Object.entries(members)) {
      const row = this.#rows.get(name) ?? this.#add(name);
      row.element.toggleAttribute("data-away", !member.here);
      row.state.textContent = member.here ? "" : "away";
      const isPicked = picked?.name === name;
      row.picking.setAttribute("aria-pressed", String(isPicked));
      row.picking.disabled = !isPicked && !(name in pins);
    }
  }

  #add(name) {
    const picking = button("Show to all", () => {
      const isPicked = picking.getAttribute("aria-pressed") === "true";
      this.#say("pick", isPicked ? null : { name });
    }, { "aria-label": `Show the pin of ${name} to all` });
    const removing = sureButton("Remove", `Remove ${name}?`, () => this.#say("remove", { name }));
    removing.setAttribute("aria-description", name);
    const state = make("span", { class: "room-quiet" });
    const element = make("li", {}, make("span", { class: "room-name" }, name), state, picking, removing);
    this.#list.append(element);
    const row = { element, picking, state };
    this.#rows.set(name, row);
    return row;
  }
}
