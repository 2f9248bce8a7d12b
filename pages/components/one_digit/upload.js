// A picture from a visitor's disk, camera or clipboard: the server finds the ink in it.

import { make } from "../parts/dom.js";

const FORMATS = "image/png,image/jpeg,image/webp"; // said one by one, phones turn their own format into one of them
const MOST_BYTES = 8 * 2 ** 20; // as on the server; a larger file need not travel
const EXPLAINED = [403, 413, 422, 503]; // answers that are a sentence

const SAID = {
  tooLarge: "The file is larger than 8 MB: make the picture smaller.",
  noFile: "This is no picture file: save the picture first, then drop the file.",
  away: "The server cannot be reached: try again in a moment.",
  failed: "The picture could not be opened: try again, or choose another.",
};

export class Upload {
  element = make("button", { type: "button" }, "Open a picture");
  #chosen = make("input", { type: "file", accept: FORMATS, hidden: "", "data-testid": "upload" });
  #on;
  #begun = 0; // of several the last counts
  #end = new AbortController();

  /** Files may be dropped on `box`, too, or pasted. `on.begun()`, then `on.opened({ink, width, height})` or `on.failed(sentence)`. */
  constructor(box, on) {
    this.#on = on;
    this.element.addEventListener("click", () => this.#chosen.click());
    this.#chosen.addEventListener("change", () => {
      this.#open(this.#chosen.files[0]);
      this.#chosen.value = ""; // the same file may be chosen again
    });
    box.append(this.#chosen);
    this.#listenToDrops(box);
    document.addEventListener("paste", ({ clipboardData }) => this.#paste(clipboardData), { signal: this.#end.signal });
  }

  dispose() {
    this.#end.abort();
  }

  #listenToDrops(box) {
    const over = (event) => {
      event.preventDefault(); // the browser would show the file in place of the page
      box.toggleAttribute("data-over", event.type === "dragover");
    };
    for (const type of ["dragover", "dragleave", "drop"]) box.addEventListener(type, over);
    box.addEventListener("drop", ({ dataTransfer }) => {
      if (dataTransfer.files.length) this.#open(dataTransfer.files[0]);
      else this.#on.failed(SAID.noFile);
    });
  }

  #paste({ files }) {
    const picture = [...files].find(({ type }) => type.startsWith("image/"));
    if (picture) this.#open(picture);
  }

  async #open(file) {
    if (!file) return;
    this.#begun += 1;
    const number = this.#begun;
    this.#on.begun();
    const { picture, sentence } = await ask(file, this.#end.signal);
    if (number !== this.#begun || this.#end.signal.aborted) return;
    if (picture) this.#on.opened(picture);
    else this.#on.failed(sentence);
  }
}

/** {picture: {ink, width, height}} or {sentence}: what is wrong, and what to do. */
async function ask(file, signal) {
  if (file.size > MOST_BYTES) return { sentence: SAID.tooLarge };
  try {
    const answer = await fetch(new URL("pictures", document.baseURI), { method: "POST", body: file, signal });
    if (EXPLAINED.includes(answer.status)) return { sentence: await answer.text() };
    if (!answer.ok) return { sentence: SAID.failed };
    const content = await answer.arrayBuffer();
    const [width, height] = [0, 2].map((at) => new DataView(content).getUint16(at, true));
    return { picture: { ink: new Uint8Array(content, 4), width, height } };
  } catch {
    return { sentence: SAID.away };
  }
}
