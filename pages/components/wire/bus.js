// How the maps and whoever draws with them find each other in the browser: events on window, by group.

const POINT = "latent-atlas:point";
const CHANNEL = "latent-atlas:channel";
const TWIN = "latent-atlas:twin";
const SHARES = "latent-atlas:shares";
const ASK = "latent-atlas:ask";
const ASK_POINT = "latent-atlas:ask-point";
const ASK_RUNG = "latent-atlas:ask-rung";
const ASK_PIN = "latent-atlas:ask-pin";
const ASK_TELLING = "latent-atlas:ask-telling";
const PIN = "latent-atlas:pin";
const ROOM = "latent-atlas:room";
const ANSWER = "latent-atlas:answer";
const EVERY_MAP = "every map"; // the group of what is no single map's

/**
 * A picture to show: {group, model, z1, z2, pixels: Uint8Array of 784, phase: "preview" or "pin",
 * vote: in words, how the labels of the nearest codes vote; "" as long as they are not known}. Returns whether anybody heard.
 */
export function announcePoint(detail) {
  return send(POINT, detail);
}

/** The decode channel's condition: {group, open, sentence, device, decodeMs, batch}; what is unknown is missing. */
export function announceChannel(detail) {
  send(CHANNEL, detail);
}

/**
 * What two linked planes show: {group, rung: name of the checkpoint at the right, link: "coordinates" or "quantiles",
 * left: [z1, z2], right: [z1, z2], phase: "preview" or "pin"}.
 */
export function announceTwin(detail) {
  send(TWIN, detail);
}

/**
 * How many random places of two linked planes are digits: {group, rung: name of the checkpoint at the right, left, right:
 * {percent, low, high, digits, judged} or null}.
 */
export function announceShares(detail) {
  send(SHARES, detail);
}

/** A hand has pinned a point on a map: {model: name of the checkpoint, z1, z2}. */
export function announcePin(detail) {
  send(PIN, { ...detail, group: EVERY_MAP });
}

/** What a lesson's room shows on maps: {pins: {name: {model, z1, z2}}, marked: the name that is looked at, or null}. */
export function announceRoom(detail) {
  send(ROOM, { ...detail, group: EVERY_MAP });
}

/**
 * A lesson's bar stands at a step that asks something: {step, question, answer: what is locked, or null}. `gone`: it does
 * no longer.
 */
export function announceAnswer(detail) {
  send(ANSWER, { ...detail, group: EVERY_MAP });
}

/** Hear what a lesson's bar asks, beginning with what is so now. Returns the function that ends it. */
export function listenAnswer(hear) {
  return hearLatest(ANSWER, EVERY_MAP, hear);
}

/** Hear of every pin of a hand's, on whichever map. Returns the function that ends it. */
export function listenPins(hear) {
  return hearAll(EVERY_MAP, { [PIN]: hear });
}

/** Hear what a room shows on maps, beginning with the latest. Returns the function that ends it. */
export function listenRoom(hear) {
  return hearLatest(ROOM, EVERY_MAP, hear);
}

/** Call `repeat` whenever somebody begins to listen to a room, or to a lesson's answers. Returns the function that ends it. */
export function answerRoom(repeat) {
  return answer(EVERY_MAP, repeat);
}

/** Hear of a group's pictures, beginning with the latest. Returns the function that ends it. */
export function listen(group, hear) {
  return hearLatest(POINT, group, hear);
}

/** Hear how a group's channel is, beginning with what is so now. Returns the function that ends it. */
export function listenChannel(group, hear) {
  return hearLatest(CHANNEL, group, hear);
}

/** Hear what a group's two planes show, beginning with the latest. Returns the function that ends it. */
export function listenTwin(group, hear) {
  return hearLatest(TWIN, group, hear);
}

/** Hear how many random places of a group's two planes are digits, beginning with the latest. Returns the function that ends it. */
export function listenShares(group, hear) {
  return hearLatest(SHARES, group, hear);
}

/** Call `repeat` whenever somebody begins to listen to `group`. Returns the function that ends it. */
export function answer(group, repeat) {
  return hearAll(group, { [ASK]: repeat });
}

/** Ask a group's map to pin a point: {group, z: [z1, z2]}. */
export function askPin(detail) {
  send(ASK_PIN, detail);
}

/** Hear what a group's map is asked: pin({z}). Returns the function that ends it. */
export function hearAskedPin(group, pin) {
  return hearAll(group, { [ASK_PIN]: pin });
}

/** Ask a group's map to tell Python of its pin, and to call `go` once Python knows of it: {group, go}. */
export function askTelling(detail) {
  send(ASK_TELLING, detail);
}

/** Hear that a group's map is to tell Python of its pin: telling({go}). Returns the function that ends it. */
export function hearAskedTelling(group, telling) {
  return hearAll(group, { [ASK_TELLING]: telling });
}

/** Ask a group's two planes to pin a point: {group, side: "left" or "right", the plane it lies in, z: [z1, z2]}. */
export function askTwin(detail) {
  send(ASK_POINT, detail);
}

/** Ask them to show another checkpoint at the right: {group, rung: its name}. */
export function askRung(detail) {
  send(ASK_RUNG, detail);
}

/** Hear what a group's planes are asked: point({side, z}), rung({rung}). Returns the function that ends it. */
export function hearAsked(group, { point, rung }) {
  return hearAll(group, { [ASK_POINT]: point, [ASK_RUNG]: rung });
}

/** Returns whether anybody heard. */
function send(type, detail) {
  return !window.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
}

function hearLatest(type, group, hear) {
  const stop = hearAll(group, { [type]: hear });
  send(ASK, { group });
  return stop;
}

function hearAll(group, listeners) {
  const ending = new AbortController();
  for (const [type, hear] of Object.entries(listeners)) {
    const ours = (event) => {
      if (event.detail.group !== group) return;
      event.preventDefault(); // which tells the sender that it was heard
      hear(event.detail);
    };
    window.addEventListener(type, ours, { signal: ending.signal });
  }
  return () => ending.abort();
}
