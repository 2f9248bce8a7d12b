// What becomes of a trained model: a file, a link, other pages, and files brought along.

import { button, make } from "../parts/dom.js";
import { copy } from "../parts/link.js";

const MOST_BYTES = 64 * 2 ** 20;
// By their names, with the parameter of their address that says which model is shown.
const OTHER_PAGES = {
  "Latent map": "./?model=",
  "One digit": "one_digit?model=",
  Continuity: "continuity?model=",
  Completeness: "completeness?right=",
};
const SAID = {
  tooLarge: "The file is larger than 64 MB: choose a smaller one.",
  away: "The server cannot be reached: try again in a moment.",
  copied: "The link is copied.",
  notCopied: "The browser does not allow copying: take the link from its address bar.",
};

export class Keeping {
  element;
  #pages = make("span", { class: "training-pages" });
  #download = make("a", { class: "training-link", "data-testid": "download", download: "" }, "Download the model");
  #said = make("p", { role: "status", class: "training-kept" });
  #model = null;

  /** `on.opened({run, key})` hears of a model that was uploaded, `on.dataset({name, title, ...})` of images. */
  constructor(on) {
    const share = button("Copy the link", () => this.#share());
    const upload = this.#upload("Open a model", ".pt", "runs", on.opened, "upload-model");
    const images = this.#upload("Open images", ".npz,.zip", "datasets", on.dataset, "upload-images");
    const row = make("div", { class: "training-row" }, this.#pages, this.#download, share, upload, images);
    this.element = make("div", { class: "training-keeping" }, row, this.#said);
  }

  /** Offer what there is of a run's status. */
  show({ run, model }) {
    this.#download.hidden = !model;
    this.#download.href = new URL(`runs/${encodeURIComponent(run)}/model`, document.baseURI);
    if (model === this.#model) return;
    this.#model = model;
    const links = Object.entries(OTHER_PAGES).map(([title, address]) =>
      make("a", { class: "training-link", href: new URL(address + encodeURIComponent(model), document.baseURI) }, title),
    );
    this.#pages.replaceChildren(...(model ? ["Open on: ", ...links] : []));
  }

  async #share() {
    this.#said.textContent = (await copy(location.href)) ? SAID.copied : SAID.notCopied;
  }

  #upload(title, accept, route, opened, testid) {
    const input = make("input", { type: "file", accept, "data-testid": testid, "aria-label": title });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (!file) return;
      this.#said.textContent = `Opening ${file.name}.`;
      const { told, sentence } = await send(file, route);
      this.#said.textContent = sentence;
      if (told) opened(told);
    });
    return make("label", { class: "training-file" }, title, input);
  }
}

/** {told, sentence}: what the server answers to a file, or what is wrong with it. */
async function send(file, route) {
  if (file.size > MOST_BYTES) return { told: null, sentence: SAID.tooLarge };
  try {
    const answer = await fetch(new URL(route, document.baseURI), { method: "POST", body: file });
    if (answer.ok) return { told: await answer.json(), sentence: "" };
    return { told: null, sentence: answer.status < 500 ? await answer.text() : SAID.away };
  } catch {
    return { told: null, sentence: SAID.away };
  }
}
