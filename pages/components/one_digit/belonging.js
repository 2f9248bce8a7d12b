// Whether an image belongs: its two scores among the test digits', and how well either tells digits from strangers.

import { make } from "../parts/dom.js";
import { Histogram } from "./histogram.js";
import { RocPlot } from "./roc.js";

const SCORES = {
  log_likelihood: { title: "Likelihood", value: "log p(x)", key: "by log p(x)" },
  reconstruction: { title: "Reconstruction error", value: "−log p(x | z = μ)", key: "by reconstruction error" },
};
const WORTH = "Set a threshold and let in what scores better. Across: share of strangers let in. Up: share of test digits let in.";
const AREA = "AUC, the area under the curve: how often a digit scores better than a stranger. 1 is always, 0.5 (dotted) is guessing.";
const FOOLED = "Below 0.5 the strangers get the better scores: they are simpler to draw than digits.";

/** Build it inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new Belonging(root, data);
}

class Belonging {
  #histograms;
  #plots;
  #keys = {};
  #fooled = make("p", { class: "fooled" }, FOOLED);

  constructor(root, { strangers, unit }) {
    const each = (make) => Object.fromEntries(Object.entries(SCORES).map(([name, spec]) => [name, make(name, spec)]));
    this.#histograms = each((name, { title, value }) => new Histogram(name, title, `${value}, ${unit}`));
    this.#keys = each((name, { key }) => make("span", { class: `key ${name}` }, key));
    this.#plots = Object.fromEntries(Object.entries(strangers).map(([name, title]) => [name, new RocPlot(name, title)]));
    const elements = (parts) => Object.values(parts).map(({ element }) => element);
    const legend = make("p", { class: "keys" }, ...Object.values(this.#keys));
    root.replaceChildren(
      make("div", { class: "histograms" }, ...elements(this.#histograms)),
      make("h3", {}, "How well the scores tell digits from strangers"),
      make("p", { class: "worth" }, WORTH, " ", AREA),
      legend,
      make("div", { class: "rocs" }, ...elements(this.#plots)),
      this.#fooled,
    );
  }

  update({ data: { scores, said } }) {
    for (const [name, histogram] of Object.entries(this.#histograms)) histogram.show(scores[name], said[name]);
    for (const [name, key] of Object.entries(this.#keys)) key.hidden = !scores[name];
    const areas = [];
    for (const [stranger, plot] of Object.entries(this.#plots)) {
      const curves = Object.fromEntries(Object.entries(scores).map(([name, { curves }]) => [name, curves[stranger]]));
      plot.show(curves);
      areas.push(...Object.values(curves).map(({ area }) => area));
    }
    this.#fooled.hidden = Math.min(...areas) >= 0.5;
  }

  dispose() {
    for (const plot of [...Object.values(this.#histograms), ...Object.values(this.#plots)]) plot.dispose();
  }
}
