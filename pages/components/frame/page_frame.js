// What the whole page needs a script for: links that a screen reader knows as the pages' navigation, an address that holds
// nothing of the page that was left, and one sentence when the server is away. Streamlit 1.67 marks neither its links nor the
// current one, and when its connection is lost it opens a dialog that shuts the page and tells a visitor on the server's own
// machine to run `streamlit run yourscript.py`.

const AWAY = "The app’s server does not answer. The page goes on by itself when it is back.";

/** Build the notice inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root) {
  return new PageFrame(root);
}

class PageFrame {
  #current = "";
  #notice = document.createElement("p");
  #watch = new MutationObserver(() => this.#tend());

  constructor(root) {
    this.#notice.className = "page-away";
    this.#notice.setAttribute("role", "status");
    this.#notice.hidden = true;
    root.replaceChildren(this.#notice);
    const connection = { attributes: true, attributeFilter: ["data-test-connection-state"] };
    this.#watch.observe(document.body, { childList: true, subtree: true, ...connection });
  }

  update({ data }) {
    if (this.#current && this.#current !== data.current) clearAddress(data);
    this.#current = data.current;
    this.#tend();
  }

  dispose() {
    this.#watch.disconnect();
  }

  #tend() {
    this.#nameLinks();
    const [app] = document.getElementsByClassName("stApp");
    const state = app?.dataset.testConnectionState;
    this.#tellAway(Boolean(state) && state !== "CONNECTED");
    for (const dialog of document.getElementsByClassName("stDialog")) closeIfAway(dialog);
  }

  #nameLinks() {
    const [pages] = document.getElementsByClassName("st-key-header_pages");
    if (!pages) return;
    set(pages, "role", "navigation");
    set(pages, "aria-label", "Pages");
    for (const link of pages.querySelectorAll("a")) {
      set(link, "aria-current", link.textContent.trim() === this.#current ? "page" : null);
    }
  }

  #tellAway(away) {
    if (this.#notice.hidden !== away) return;
    this.#notice.hidden = !away;
    this.#notice.textContent = away ? AWAY : "";
  }
}

/**
 * What Python answers to the page that was left may come after the click on the link to this one: Streamlit then takes its
 * parts along into the new address. There remain those that were `asked` for, and the companions.
 */
function clearAddress({ asked, companions }) {
  const there = [...new URLSearchParams(window.location.search)];
  const own = there.filter(([name]) => !companions.includes(name));
  if (own.length === Object.keys(asked).length && own.every(([name, text]) => asked[name] === text)) return;
  const kept = there.filter(([name]) => companions.includes(name));
  const query = new URLSearchParams([...Object.entries(asked), ...kept]).toString();
  window.history.replaceState(window.history.state, "", `${window.location.pathname}${query && `?${query}`}`);
}

/** Streamlit does not open it again before the connection is back. */
function closeIfAway(dialog) {
  if (dialog.querySelector("h2")?.textContent === "Connection error") dialog.querySelector("[aria-label=Close]")?.click();
}

function set(element, name, value) {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
