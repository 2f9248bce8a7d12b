// What this tab remembers of rooms: a student's token, a teacher's secret. It ends with the tab.

import * as memory from "../parts/memory.js";

const PLACE = "latent-atlas-room";

/** What was remembered of the room with this code as a student; of one's own room without a code. {} if nothing. */
export function recall(code = "") {
  const known = memory.recalled("session", placeOf(code));
  return known && typeof known === "object" ? known : {};
}

export function remember(known, code = "") {
  memory.remember("session", placeOf(code), known);
}

export function forget(code = "") {
  memory.forget("session", placeOf(code));
}

function placeOf(code) {
  return code ? `${PLACE}-${code}` : PLACE;
}
