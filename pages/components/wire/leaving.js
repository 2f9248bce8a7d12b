// When a hand turns from one part of a page to another: what only that part knew is told then, before anything else happens.

// A link that goes by the browser's history asks for the telling itself, and waits for the answer.
const CONTROLS =
  "a:not([data-by-history]), button, input, select, textarea, label, summary, " +
  ["button", "combobox", "option", "radio", "slider", "switch", "tab"].map((role) => `[role=${role}]`).join(", ");

/**
 * Call `left` when a control outside of `root` is touched or gets the focus, and when the page is put away; it returns whether
 * it has told something. A click that comes in the same breath waits until that is on its way: Streamlit sends what is told
 * a moment later, by then of a page that the click may have left. Returns the function that ends it.
 */
export function listenToLeaving(root, left) {
  const ending = new AbortController();
  const { signal } = ending;
  let telling = false;
  const leave = () => {
    if (!left()) return;
    telling = true;
    setTimeout(() => (telling = false)); // after Streamlit's own, which was set before
  };
  const wait = (event) => {
    if (!telling || !event.isTrusted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => event.target.dispatchEvent(new MouseEvent(event.type, event)));
  };
  const turn = (to) => to?.closest(CONTROLS) && !root.contains(to) && leave();
  document.addEventListener("pointerdown", ({ target }) => turn(target), { signal, capture: true });
  root.addEventListener("focusout", ({ relatedTarget }) => turn(relatedTarget), { signal });
  document.addEventListener("visibilitychange", () => document.hidden && leave(), { signal });
  document.addEventListener("click", wait, { signal, capture: true });
  return () => ending.abort();
}
