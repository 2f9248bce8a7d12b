// The address of a page whose pinned point lives in the browser: it follows every pin, and Python hears of the last one later.

/**
 * Write a point into the address, a new entry of the browser's history. `around` is what stands before and after the point,
 * as Python writes it; a point that is as `usual` is left out. Nothing happens if the address says so already.
 */
export function writePoint(z, { before, after, usual }) {
  const point = z.every((value, i) => value === usual[i]) ? "" : z.map((value, i) => `z${i + 1}=${number(value)}`).join("&");
  const query = [before, point, after].filter(Boolean).join("&");
  if (query === window.location.search.slice(1)) return;
  window.history.pushState({}, "", `${window.location.pathname}${query && `?${query}`}`);
}

/** The point that the address names; NaN where it says something else. */
export function readPoint({ usual }) {
  const named = new URLSearchParams(window.location.search);
  return usual.map((value, i) => (named.has(`z${i + 1}`) ? Number(named.get(`z${i + 1}`)) : value));
}

/** Call `returned` after the browser's Back and Forward. Returns the function that ends it. */
export function listenToReturns(returned) {
  window.addEventListener("popstate", returned);
  return () => window.removeEventListener("popstate", returned);
}

/** Go to a page of the app, as by Forward: Streamlit follows the browser's history. */
export function goTo(address) {
  window.history.pushState({}, "", address);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** A number as Python writes it: 2.0, -0.25. */
function number(value) {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
