// The address of what is seen: written out, to be copied, and as a QR code. Large type is for the projector alone, so the
// address that others get is without `present`.

const LOCAL = /^(localhost|127\.|\[::1\])/;
const SAID_MS = 2000;
const WORDS = {
  copied: "Copied.",
  failed: "Select the address and copy it.",
  local: "This address works only on this computer.",
  long: "The address is too long for a QR code. Copy the link instead.",
};
const LONGEST = 1000; // characters that the route /qr takes

/** Build it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root) {
  return new Share(root);
}

class Share {
  #address = Object.assign(document.createElement("input"), { type: "text", readOnly: true });
  #copy = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy link" });
  #said = document.createElement("p");
  #code = Object.assign(document.createElement("img"), { alt: "QR code of the address" });
  #seen = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#read());
  #silence = 0;

  constructor(root) {
    this.#address.setAttribute("aria-label", "Address of what is seen");
    this.#address.addEventListener("focus", () => this.#address.select());
    this.#copy.addEventListener("click", () => this.#copyIt());
    this.#said.setAttribute("role", "status");
    root.replaceChildren(this.#code, this.#address, this.#copy, this.#said);
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
    const fits = url.href.length <= LONGEST;
    this.#code.hidden = !fits;
    if (fits) this.#code.src = new URL(`qr?text=${encodeURIComponent(url.href)}`, document.baseURI);
    this.#say("");
  }

  async #copyIt() {
    try {
      await navigator.clipboard.writeText(this.#address.value);
      this.#say(WORDS.copied);
    } catch {
      this.#address.focus(); // a page without https may not write there
      this.#say(WORDS.failed);
    }
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#say(""), SAID_MS);
  }

  #say(sentence) {
    const usual = this.#code.hidden ? WORDS.long : LOCAL.test(location.host) ? WORDS.local : "";
    this.#said.textContent = sentence || usual;
  }
}
