// From a picture below the maps to its place on them.

import { askTwin } from "../wire/bus.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Ask the maps of `group` to pin z, a point of the plane at `side`, and bring them into view. */
export function goThere(group, side, z) {
  askTwin({ group, side, z });
  const maps = document.querySelector(".completeness");
  maps?.scrollIntoView({ block: "nearest", behavior: STILL.matches ? "auto" : "smooth" });
}
