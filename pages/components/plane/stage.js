// The map's place on the page: plane, zoom buttons, notices, and what a screen reader says.

import { said } from "../parts/coordinates.js";

const NAME = "The latent plane with the test images";
const KEYS = "Arrow keys move the point, with Shift in larger steps; plus and minus zoom, zero returns to the first view.";

const ZOOM_BUTTONS = [
  ["zoomIn", "+", "Zoom in"],
  ["zoomOut", "−", "Zoom out"],
  ["home", "⤢", "Show the first view"],
];

/**
 * Fills `root`; `on` has a function for every zoom button. `ready` lets them be
 * used, `setName` says whose plane it is, where there are two.
 */
export function createStage(root, on) {
  const plot = element("div", {
    class: "latent-map-plot",
    "data-testid": "latent-map",
    role: "application",
    tabindex: "0",
    "aria-busy": "true",
  });
  const setName = (whose) => plot.setAttribute("aria-label", `${whose ? `${whose}: ` : ""}${NAME}. ${KEYS}`);
  setName("");
  plot.append(...["left", "right"].map(edge));
  const above = element("div", { class: "latent-map-above" });
  const names = [
    element("i", { class: "latent-map-z1" }, "z₁"),
    element("i", { class: "latent-map-z2" }, "z₂"),
  ];
  const zoom = element("div", { class: "latent-map-zoom", inert: "" }); // there is nothing to zoom yet
  for (const [name, sign, title] of ZOOM_BUTTONS) {
    const button = element("button", { type: "button", title, "aria-label": title }, sign);
    button.addEventListener("click", on[name]);
    zoom.append(button);
  }
  const notice = element("p", { class: "latent-map-notice", role: "status", hidden: "" });
  const spoken = element("p", { class: "latent-map-spoken", "aria-live": "polite" });
  const frame = element("div", { class: "latent-map-frame" });
  frame.append(plot, above, ...names, zoom, notice);
  root.replaceChildren(frame, spoken);
  const ready = () => (zoom.inert = false);
  return { plot, above, ready, setName, speak: speaker(spoken), setNotice: noticeBoard(notice) };
}

/** A strip from which a finger that goes up or down scrolls the page; a mouse does not meet it. */
function edge(side) {
  const strip = element("div", { class: `latent-map-edge ${side}` });
  strip.addEventListener("pointerenter", ({ pointerType }) => {
    if (pointerType === "touch") return;
    strip.style.pointerEvents = "none"; // plotly's own layer lies beneath
    strip.parentElement.addEventListener("pointerleave", () => (strip.style.pointerEvents = ""), { once: true });
  });
  return strip;
}

/** Returns speak([z1, z2], more): says a point and what is known about it. */
function speaker(spoken) {
  return ([z1, z2], more) => (spoken.textContent = `z1 ${said(z1)}, z2 ${said(z2)}. ${more}`);
}

/** Returns set(topic, sentence or ""): the sentences of all topics that have something to say, in one place. */
function noticeBoard(notice) {
  const sentences = new Map();
  return (topic, sentence) => {
    sentences.set(topic, sentence);
    notice.textContent = [...sentences.values()].filter(Boolean).join(" ");
    notice.hidden = !notice.textContent;
  };
}

function element(tag, attributes, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}
