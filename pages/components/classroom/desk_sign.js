// How students come in: the code, the link, and a QR code, to be read from the back row.

import { make } from "../parts/dom.js";
import { button } from "./question.js";

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
const ONLY_HERE = "Other machines cannot reach this address. Open this page by the server’s name in the network.";

export class DeskSign {
  element;
  link;
  #here = make("p", { class: "room-here", role: "status" }, "Nobody is here yet.");

  constructor(code) {
    const link = new URL(`?room=${code}`, new URL(".", document.baseURI));
    this.link = link.href;
    const source = new URL("qr", document.baseURI);
    source.searchParams.set("text", this.link);
    const picture = make("img", { class: "room-qr", src: source.href, alt: `QR code of ${this.link}`, width: "29", height: "29" });
    picture.addEventListener("error", () => (picture.hidden = true));
    const address = `${link.host}${link.pathname.replace(/\/$/, "")}`;
    const where = make("p", { class: "room-where" }, "Go to ", make("b", {}, address), ", then Classroom, or scan.");
    const said = make("div", {}, where, make("p", { class: "room-code", "data-testid": "room-code", "aria-label": [...code].join(" ") }, code), this.#here);
    const size = button("Make it smaller", () => this.#toggle(size));
    const actions = make("div", { class: "room-row" }, this.#copying(), size);
    said.append(actions);
    if (LOCAL.has(link.hostname)) said.append(make("p", { class: "room-quiet" }, ONLY_HERE));
    this.element = make("section", { class: "room-sign large", "aria-label": "How to join" }, said, picture);
  }

  show({ members }) {
    const here = Object.values(members).filter((member) => member.here).length;
    this.#here.textContent = here ? `${here} here` : "Nobody is here yet.";
  }

  #toggle(pressed) {
    const isLarge = this.element.classList.toggle("large");
    pressed.textContent = isLarge ? "Make it smaller" : "Make it larger";
  }

  #copying() {
    const made = button("Copy link", async () => {
      const copied = await navigator.clipboard?.writeText(this.link).then(() => true, () => false);
      made.textContent = copied ? "Copied" : this.link;
    });
    return made;
  }
}
