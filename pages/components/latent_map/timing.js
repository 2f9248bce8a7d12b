// Who decodes the digits of a map's group, and how long the last decode took.

import { badge } from "../parts/badge.js";
import { listenChannel } from "../wire/bus.js";

/** Show it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const place = root.querySelector(".timing-badge");
  const stop = listenChannel(data.group, (condition) => (place.textContent = badge(condition)));
  return { update() {}, dispose: stop };
}
