// How students come in: the code, the link, and a QR code, to be read from the back row.

import { button, make } from "../parts/dom.js";
import { copy, isLocal, qrCode } from "../parts/link.js";
import { countHere } from "./room_channel.js";

const ONLY_HERE = "Other machines cannot reach this address. Open this page by the server’s name in the network.";

export class DeskSign {
  element;
  link;
  #here = make("p", { class: "room-here", role: "status" }, "Nobody is here yet.");

  constructor(code) {
    const link = new URL(`?room=${code}`, new URL(".", document.baseURI));
    this.link = link.href;
    const picture = make("img", { class: "room-qr", src: qrCode(this.link), alt: `QR code of ${this.link}`, width: "29", height: "29" });
    picture.addEventListener("error", () => (picture.hidden = true));
    const address = `${link.host}${link.pathname.replace(/\/$/, "")}`;
    const where = make("p", { class: "room-where" }, "Go to ", make("b", {}, address), ", then Classroom, or scan.");
    const said = make("div", {}, where, make("p", { class: "room-code", "data-testid": "room-code", "aria-label": [...code].join(" ") }, code), this.#here);
    const size = button("Make it smaller", () => this.#toggle(size));
    const actions = make("div", { class: "room-row" }, this.#copying(), size);
    said.append(actions);
    if (isLocal(link)) said.append(make("p", { class: "room-quiet" }, ONLY_HERE));
    this.element = make("section", { class: "room-sign large", "aria-label": "How to join" }, said, picture);
  }

  show({ members }) {
    const here = countHere(members);
    this.#here.textContent = here ? `${here} here` : "Nobody is here yet.";
  }

  #toggle(pressed) {
    const isLarge = this.element.classList.toggle("large");
    pressed.textContent = isLarge ? "Make it smaller" : "Make it larger";
  }

  #copying() {
    const made = button("Copy link", async () => {
      made.textContent = (await copy(this.link)) ? "Copied" : this.link;
    });
    return made;
  }
}
