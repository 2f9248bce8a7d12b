// What this tab remembers of rooms: a student's token, a teacher's secret. It ends with the tab.

const PLACE = "latent-atlas-room";

/** What was remembered of the room with this code as a student; of one's own room without a code. {} if nothing. */
export function recall(code = "") {
  try {
    const known = JSON.parse(sessionStorage.getItem(placeOf(code)) ?? "{}");
    return known && typeof known === "object" ? known : {};
  } catch {
    return {}; // a browser that keeps nothing, or something else kept there
  }
}

export function remember(known, code = "") {
  try {
    sessionStorage.setItem(placeOf(code), JSON.stringify(known));
  } catch {
    // until the page is left
  }
}

export function forget(code = "") {
  try {
    sessionStorage.removeItem(placeOf(code));
  } catch {
    // nothing was kept
  }
}

function placeOf(code) {
  return code ? `${PLACE}-${code}` : PLACE;
}
