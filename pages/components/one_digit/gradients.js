// Which way gradients pass: with z drawn directly, and with the noise outside.

import { make, makeSvg } from "../parts/dom.js";

const [WIDTH, HEIGHT] = [248, 74];
const LINE = 24; // height of the forward arrows
const BACK = 46; // and of the gradients' arrows

const DIRECT = {
  title: "z drawn directly",
  says: "Drawn directly, z blocks the gradient: it never reaches μ and σ.",
  nodes: [[24, "μ, σ"], [112, "z ∼ N(μ, σ²)"], [224, "loss"]],
  halfs: [20, 44, 22],
  passes: [false, true],
};
const OUTSIDE = {
  title: "noise outside",
  says: "With the noise outside, the gradient passes through z to μ and σ.",
  nodes: [[24, "μ, σ"], [112, "z = μ + σ·ε"], [224, "loss"]],
  halfs: [20, 44, 22],
  passes: [true, true],
};

/** Two small diagrams with a sentence: an element. */
export function createGradients() {
  const sentence = make("p", {}, "No gradient passes a random draw. With ε outside, z is a sum, and it passes to μ and σ.");
  return make("div", { class: "gradients" }, sentence, diagram(DIRECT), diagram(OUTSIDE));
}

function diagram({ title, says, nodes, halfs, passes }) {
  const svg = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": says });
  nodes.forEach(([x, name], i) => svg.append(node(x, name, halfs[i])));
  passes.forEach((free, i) => {
    const [from, to] = [nodes[i][0] + halfs[i], nodes[i + 1][0] - halfs[i + 1]];
    svg.append(arrow(from + 2, to - 2, LINE, "forward"));
    svg.append(arrow(nodes[i + 1][0] - 8, nodes[i][0] + 8, BACK, free ? "gradient" : "gradient blocked"));
    if (!free) svg.append(cross((nodes[i][0] + nodes[i + 1][0]) / 2 + 14, BACK));
  });
  svg.append(makeSvg("text", { x: WIDTH / 2, y: HEIGHT - 6, class: "title" }, title));
  return svg;
}

function node(x, name, half) {
  const box = makeSvg("rect", { x: x - half, y: LINE - 13, width: 2 * half, height: 26, rx: 5 });
  return makeSvg("g", { class: "node" }, box, makeSvg("text", { x, y: LINE }, name));
}

function arrow(from, to, y, kind) {
  const back = Math.sign(from - to) * 6;
  return makeSvg("path", { class: kind, d: `M${from} ${y}H${to}m${back}-4L${to} ${y}l${back} 4` });
}

function cross(x, y) {
  return makeSvg("path", { class: "cross", d: `M${x - 6} ${y - 6}l12 12m0-12l-12 12` });
}
