// How the map and whoever draws its digits find each other in the browser: events on window, by group.

const POINT = "latent-atlas:point";
const CHANNEL = "latent-atlas:channel";
const ASK = "latent-atlas:ask";

/**
 * A picture to show: {group, model, z1, z2, pixels: Uint8Array of 784, phase: "preview" or "pin",
 * likely: {digit, count, of} or null}.
 */
export function announcePoint(detail) {
  window.dispatchEvent(new CustomEvent(POINT, { detail }));
}

/** The decode channel's condition: {group, open, sentence, device, decodeMs, batch}; what is unknown is missing. */
export function announceChannel(detail) {
  window.dispatchEvent(new CustomEvent(CHANNEL, { detail }));
}

/** Hear of a group's pictures and channel, beginning with the latest. Returns the function that ends it. */
export function listen(group, { point, channel }) {
  const ending = new AbortController();
  const on = (type, hear) =>
    window.addEventListener(type, ({ detail }) => detail.group === group && hear(detail), { signal: ending.signal });
  on(POINT, point);
  on(CHANNEL, channel);
  window.dispatchEvent(new CustomEvent(ASK, { detail: { group } }));
  return () => ending.abort();
}

/** Call `repeat` whenever somebody begins to listen to `group`. Returns the function that ends it. */
export function answer(group, repeat) {
  const ending = new AbortController();
  window.addEventListener(ASK, ({ detail }) => detail.group === group && repeat(), { signal: ending.signal });
  return () => ending.abort();
}
