// What a browser remembers, as JSON: for the tab ("session") or for longer ("local"). One that keeps nothing is as if
// nothing had been said, and so is what somebody else has kept there.

/** The value that is kept at a place; null if there is none. */
export function recalled(kind, place) {
  try {
    return JSON.parse(window[`${kind}Storage`].getItem(place) ?? "null");
  } catch {
    return null;
  }
}

export function remember(kind, place, value) {
  try {
    window[`${kind}Storage`].setItem(place, JSON.stringify(value));
  } catch {
    // until the page is left
  }
}

export function forget(kind, place) {
  try {
    window[`${kind}Storage`].removeItem(place);
  } catch {
    // nothing was kept
  }
}
