// From a picture below the maps to its place on them, and back up to see it.

import { make } from "../parts/dom.js";
import { askTwin } from "../wire/bus.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Ask the maps of `group` to pin z, a point of the plane at `side`. The page stays where it is. */
export function goThere(group, side, z) {
  askTwin({ group, side, z });
}

/** A new button that brings the maps into view. */
export function showMapsButton() {
  const button = make("button", { type: "button", class: "show-maps" }, "Show on the map");
  button.addEventListener("click", () => {
    const maps = document.querySelector(".completeness-planes");
    maps?.scrollIntoView({ block: "nearest", behavior: STILL.matches ? "auto" : "smooth" });
  });
  return button;
}
