// The panel beside the map: what is known of the pinned point, and by whom. The server tells it as HTML, by a channel of its
// own, so that a pin needs no rerun of the page.

import { askTelling, listen } from "../wire/bus.js";
import { Channel } from "../wire/channel.js";
import { socketUrl } from "../wire/connection.js";
import { encoded } from "../wire/decode_channel.js";
import { same } from "../wire/teller.js";
import { goTo } from "../wire/address.js";

const PATIENCE_MS = 10_000; // until the door opens though Python has not heard of the pin

/** Build the panel inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Panel(root, data.group);
}

class Panel {
  #root;
  #group;
  #opening = 0; // the door, as soon as Python knows of the pin
  #parts;
  #door;
  #beside; // what the door's address holds besides the digit
  #stop;
  #model = null;
  #channel = null; // to the server's panels of that model
  #asked = null; // {model, z1, z2}
  #digit = null; // index of the followed test digit

  constructor(root, group) {
    this.#root = root;
    this.#group = group;
    const part = (name) => root.querySelector(`.map-panel-${name}`);
    this.#parts = { followed: part("line"), facts: part("facts"), neighbours: part("neighbours") };
    this.#door = part("door");
    this.#door.addEventListener("click", (event) => this.#open(event));
    this.#stop = listen(group, (picture) => this.#meet(picture));
  }

  update({ data }) {
    this.#door.hidden = !data.door;
    if (!data.door) return;
    const { label, beside } = data.door;
    this.#door.textContent = label;
    this.#beside = beside;
    this.#lead();
  }

  dispose() {
    clearTimeout(this.#opening);
    this.#opening = 0; // an answer that comes now opens nothing
    this.#stop();
    this.#channel?.close();
  }

  /** The map shows a picture: of its pin, or of a place in passing, of which the panel does not tell. */
  #meet({ model, z1, z2, phase }) {
    const point = { model, z1, z2 };
    if (phase !== "pin" || same(point, this.#asked)) return;
    this.#asked = point;
    this.#root.setAttribute("aria-busy", "true");
    if (model !== this.#model) this.#connect(model);
    this.#channel.follow(encoded([z1, z2]), ({ buffer, start }) => this.#show(point, buffer.slice(start)));
  }

  #connect(model) {
    this.#channel?.close();
    this.#model = model;
    // Of a server that is away the map tells; here it is asked again, and what was told last stays.
    this.#channel = new Channel(socketUrl("panel", model), { changed: () => {} });
  }

  #show(point, reply) {
    const { digit, ...told } = JSON.parse(new TextDecoder().decode(reply));
    this.#digit = digit;
    for (const [name, html] of Object.entries(told)) this.#parts[name].innerHTML = html;
    Object.assign(this.#root.dataset, point);
    this.#root.setAttribute("aria-busy", "false");
    this.#lead();
  }

  /** Let the door lead to the followed digit: it is a link, which a visitor may open in a tab of its own. */
  #lead() {
    if (this.#digit === null) return;
    this.#door.href = new URL(`one_digit?${new URLSearchParams({ ...this.#beside, digit: this.#digit })}`, document.baseURI);
  }

  /**
   * Go there in this tab without loading the app anew, once Python knows of the pin: its answer holds the map's address, which
   * would replace that of the next page.
   */
  #open(event) {
    if (this.#digit === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (this.#opening) return;
    const { href } = this.#door;
    const go = () => {
      if (!this.#opening) return;
      clearTimeout(this.#opening);
      this.#opening = 0;
      goTo(href);
    };
    this.#opening = setTimeout(go, PATIENCE_MS);
    askTelling({ group: this.#group, go });
  }
}
