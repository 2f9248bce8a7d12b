// The runs that were started or looked at in this browser, and the keys of its own, newest first.

const PLACE = "latent-atlas-runs";
const MOST = 12;

/** [{run, key}, ...]; the key is "" where somebody else's run was looked at. */
export function knownRuns() {
  try {
    const known = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return known.filter((one) => typeof one?.run === "string" && typeof one.key === "string").slice(0, MOST);
  } catch {
    return []; // a browser that keeps nothing, or something else kept there
  }
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
  try {
    localStorage.setItem(PLACE, JSON.stringify(runs.slice(0, MOST)));
  } catch {
    // the address still holds the run that is shown
  }
}
