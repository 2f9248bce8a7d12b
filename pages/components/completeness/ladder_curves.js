// The ladder's recorded figures as linked plots: over beta, and reconstruction against KL. Markers follow the maps.

import { askRung, listenTwin } from "../wire/bus.js";
import { number } from "../parts/chart.js";
import { make } from "../parts/dom.js";
import { LadderPlot } from "./ladder_plot.js";

const NATS = "nats per image";
const nats = (value) => `${number(value, Math.abs(value) < 0.05 ? 3 : 1)} nats`;
const percent = (value) => `${number(value, 1)} %`;
const unmeasured = () => "not measured";
const withoutNoise = ({ beta }) => (beta === 0 ? "none without noise" : "not measured");

const HINT =
  "Click a mark, or press Enter on it, and the maps go to that β. Draws of N(0, I) are the prior’s; " +
  "the own Gaussian has the mean and covariance of the model’s codes.";

const PLOTS = [
  {
    name: "reconstruction",
    title: "Reconstruction",
    series: [{ key: "reconstruction_nats" }],
    y: NATS,
    written: nats,
    absent: unmeasured,
  },
  { name: "kl", title: "KL divergence", series: [{ key: "kl_nats" }], y: NATS, low: 0, written: nats, absent: withoutNoise },
  {
    name: "likelihood",
    title: "Likelihood",
    series: [
      { key: "log_likelihood_nats", title: "log p(x), exact", short: "log p(x)" },
      { key: "elbo_nats", title: "ELBO", short: "ELBO" },
    ],
    y: NATS,
    written: nats,
    absent: withoutNoise,
  },
  {
    name: "completeness",
    title: "Completeness",
    series: [
      { key: "completeness", title: "N(0, I)", short: "N(0, I)" },
      { key: "completeness_fitted", title: "own Gaussian", short: "own Gaussian" },
    ],
    y: "% of draws that are named",
    range: [0, 100],
    written: percent,
    absent: unmeasured,
  },
  {
    name: "digits",
    title: "Different digits",
    series: [
      { key: "completeness_digits", title: "N(0, I)", short: "N(0, I)" },
      { key: "completeness_fitted_digits", title: "own Gaussian", short: "own Gaussian" },
    ],
    y: "among the draws that are named",
    range: [0, 10],
    written: (value) => number(value, 1),
    absent: unmeasured,
  },
  {
    name: "rate-distortion",
    title: "Rate and distortion",
    series: [{ key: "reconstruction_nats", short: "reconstruction" }],
    y: `reconstruction (distortion), ${NATS}`,
    x: {
      title: `KL divergence (rate), ${NATS}`,
      of: ({ figures }) => figures.kl_nats ?? NaN,
      said: ({ figures }) => (figures.kl_nats == null ? "no KL" : `KL ${nats(figures.kl_nats)}`),
    },
    level: "reconstruction_nats",
    low: 80, // room for the level's name below its line
    written: nats,
    absent: unmeasured,
  },
];

/** Build the plots inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new LadderCurves(root, data.group);
}

class LadderCurves {
  #plots;
  #rungs = [];
  #known = "";
  #shown = null; // the rung on the maps
  #stop;

  constructor(root, group) {
    this.#plots = PLOTS.map((spec) => new LadderPlot(spec, (rung) => askRung({ group, rung })));
    const hint = make("p", { class: "hint" }, HINT);
    root.replaceChildren(...this.#plots.map(({ element }) => element), hint);
    this.#stop = listenTwin(group, ({ rung }) => this.#show(rung));
  }

  update({ data }) {
    const rungs = JSON.stringify(data.rungs);
    if (rungs === this.#known) return;
    this.#known = rungs;
    this.#rungs = data.rungs.map(inPercent).sort((one, other) => one.beta - other.beta);
    for (const plot of this.#plots) plot.rungs = this.#rungs;
    this.#point();
  }

  dispose() {
    this.#stop();
    for (const plot of this.#plots) plot.dispose();
  }

  #show(rung) {
    if (rung === this.#shown) return;
    this.#shown = rung;
    this.#point();
  }

  #point() {
    const index = this.#rungs.findIndex(({ name }) => name === this.#shown);
    for (const plot of this.#plots) plot.current = index;
  }
}

/** Reconstruction as a cost, whatever its sign in the record; shares in percent. */
function inPercent(rung) {
  const { figures } = rung;
  const share = (value) => (value == null ? null : 100 * value);
  const changed = {
    reconstruction_nats: figures.reconstruction_nats == null ? null : Math.abs(figures.reconstruction_nats),
    completeness: share(figures.completeness),
    completeness_fitted: share(figures.completeness_fitted),
  };
  return { ...rung, figures: { ...figures, ...changed } };
}
