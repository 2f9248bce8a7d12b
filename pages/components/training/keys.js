// The runs that were started or looked at in this browser, and the keys of its own, newest first.

import * as memory from "../parts/memory.js";

const PLACE = "latent-atlas-runs";
const MOST = 12;

/** [{run, key}, ...]; the key is "" where somebody else's run was looked at. */
export function knownRuns() {
  const known = memory.recalled("local", PLACE);
  const isOne = (one) => typeof one?.run === "string" && typeof one.key === "string";
  return Array.isArray(known) ? known.filter(isOne).slice(0, MOST) : [];
}

export function keyOf(run) {
  return knownRuns().find((one) => one.run === run)?.key ?? "";
}

/** Put a run first; a key that is known stays. */
export function remember(run, key = "") {
  const others = knownRuns().filter((one) => one.run !== run);
  keep([{ run, key: key || keyOf(run) }, ...others]);
}

export function forget(run) {
  keep(knownRuns().filter((one) => one.run !== run));
}

function keep(runs) {
  memory.remember("local", PLACE, runs.slice(0, MOST));
}
