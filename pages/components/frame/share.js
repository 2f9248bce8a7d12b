// The address of what is seen: written out, to be copied, and as a QR code. Large type is for the projector alone, so the
// address that others get is without `present`.

import { button, make } from "../parts/dom.js";
import { copy, isLocal, LONGEST_IN_QR, qrCode } from "../parts/link.js";

const SAID_MS = 2000;
const WORDS = {
  copied: "Copied.",
  failed: "Select the address and copy it.",
  local: "This address works only on this computer.",
  long: "The address is too long for a QR code. Copy the link instead.",
};

/** Build it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root) {
  return new Share(root);
}

class Share {
  #address = make("input", { type: "text", readonly: "", "aria-label": "Address of what is seen" });
  #said = make("p", { role: "status" });
  #code = make("img", { alt: "QR code of the address" });
  #seen = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#read());
  #silence = 0;

  constructor(root) {
    this.#address.addEventListener("focus", () => this.#address.select());
    root.replaceChildren(this.#code, this.#address, button("Copy link", () => this.#copyIt()), this.#said);
    this.#seen.observe(this.#address);
    this.#read();
  }

  update() {
    this.#read();
  }

  dispose() {
    this.#seen.disconnect();
    clearTimeout(this.#silence);
  }

  #read() {
    const url = new URL(location.href);
    url.searchParams.delete("present");
    if (url.href === this.#address.value) return;
    this.#address.value = url.href;
    const fits = url.href.length <= LONGEST_IN_QR;
    this.#code.hidden = !fits;
    if (fits) this.#code.src = qrCode(url.href);
    this.#say("");
  }

  async #copyIt() {
    const copied = await copy(this.#address.value);
    if (!copied) this.#address.focus();
    this.#say(copied ? WORDS.copied : WORDS.failed);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#say(""), SAID_MS);
  }

  #say(sentence) {
    const usual = this.#code.hidden ? WORDS.long : isLocal(location) ? WORDS.local : "";
    this.#said.textContent = sentence || usual;
  }
}
