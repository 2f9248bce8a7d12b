// Where the machine's boxes stand: from left to right, or on a phone beneath each other.

import { make, makeSvg } from "../parts/dom.js";

/** Fill `root` with the parts; returns say(sentence), for screen readers. */
export function createLayout(root, { input, latent, eps, output, cloud }, code) {
  const heading = (symbol, words) => make("h2", {}, make("i", {}, symbol), make("span", {}, words));
  const box = (name, title, part) => make("section", { class: `machine-box machine-${name}` }, title, part.element);
  const noise = code.title("noise", "Noise", make("i", {}, "z = μ", noisy(" + σ·ε")), make("span", {}, noisy("noise")));
  const row = make(
    "div",
    { class: "machine-row" },
    box("input", heading("x", "image"), input),
    step(code.title("encoder", "Encoder", "Encoder"), "narrows"),
    box("latent", make("h2", {}, make("i", {}, "μ", noisy(", σ")), make("span", {}, "mean", noisy(" and width"))), latent),
    step(null),
    box("noise", make("h2", {}, noise), eps),
    step(code.title("decoder", "Decoder", "Decoder"), "widens"),
    box("output", heading("x′", "decoded picture"), output),
  );
  const compared = make("span", {}, "x′ against x", noisy(", and μ, σ against the prior"));
  const loss = code.title("loss", "Loss", make("b", {}, "Loss"), compared);
  const say = make("p", { class: "latent-map-spoken", "aria-live": "polite", "data-testid": "machine-spoken" });
  root.replaceChildren(row, make("div", { class: "machine-loss" }, loss), cloud.element, code.element, say);
  return (sentence) => (say.textContent = sentence);
}

/** What only a model with a width has. */
function noisy(text) {
  return make("span", { class: "noisy" }, text);
}

/** An arrow from one box to the next, through a network if there is a title. */
function step(title, shape = "plain") {
  const line = makeSvg("path", { d: "M0 8H21M14 2L21 8L14 14" });
  const arrow = makeSvg("svg", { class: "machine-arrow", viewBox: "0 0 24 16", "aria-hidden": "true" }, line);
  return make("div", { class: `machine-step ${shape}` }, ...(title ? [title] : []), arrow);
}
