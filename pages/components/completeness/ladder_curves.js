// The ladder's recorded figures as linked plots: over beta, and reconstruction against KL. Markers follow the maps.

import { askRung, listenTwin } from "../wire/bus.js";
import { number } from "../parts/chart.js";
import { make } from "../parts/dom.js";
import { LadderPlot } from "./ladder_plot.js";

const HINT =
  "Click a mark, or press Enter on it, and the maps go to that β. Draws of N(0, I) are the prior’s; " +
  "the own Gaussian has the mean and covariance of the model’s codes.";
const SMALL = 0.05; // what would be written as 0.0 gets more decimals

const unmeasured = () => "not measured";
const withoutNoise = ({ beta }) => (beta === 0 ? "none without noise" : "not measured");

/** The plots, with labels, units and decimals of `measures`: {key: {label, short, unit, decimals}}. */
function plots(measures) {
  const written = (key) => (value) => {
    const { unit, decimals } = measures[key];
    return `${number(value, Math.abs(value) < SMALL ? decimals + 2 : decimals)} ${unit}`.trim();
  };
  const each = (key) => `${measures[key].unit} per image`;
  const series = (key) => ({ key, title: measures[key].label, short: measures[key].short });
  const draws = (key, from) => ({ key, title: from, short: from });
  const [cost, rate, likelihood] = ["reconstruction_nats", "kl_nats", "log_likelihood_nats"];
  return [
    {
      name: "reconstruction",
      title: measures[cost].label,
      series: [{ key: cost }],
      y: each(cost),
      written: written(cost),
      absent: unmeasured,
    },
    {
      name: "kl",
      title: measures[rate].label,
      series: [{ key: rate }],
      y: each(rate),
      low: 0,
      written: written(rate),
      absent: withoutNoise,
    },
    {
      name: "likelihood",
      title: "Likelihood",
      series: [series(likelihood), series("elbo_nats")],
      y: each(likelihood),
      written: written(likelihood),
      absent: withoutNoise,
    },
    {
      name: "completeness",
      title: "Completeness",
      series: [draws("completeness", "N(0, I)"), draws("completeness_fitted", "own Gaussian")],
      y: `${measures.completeness.unit} of draws that are named`,
      range: [0, 100],
      written: written("completeness"),
      absent: unmeasured,
    },
    {
      name: "covered",
      title: measures.completeness_covered.short,
      series: [draws("completeness_covered", "N(0, I)"), draws("completeness_fitted_covered", "own Gaussian")],
      y: `${measures.completeness_covered.unit}: named, and all ten digits alike`,
      range: [0, 100],
      written: written("completeness_covered"),
      absent: unmeasured,
    },
    {
      name: "rate-distortion",
      title: "Rate and distortion",
      series: [{ key: cost, short: measures[cost].short.toLowerCase() }],
      y: `${measures[cost].short.toLowerCase()} (distortion), ${each(cost)}`,
      x: {
        title: `${measures[rate].label} (rate), ${each(rate)}`,
        of: ({ figures }) => figures[rate] ?? NaN,
        said: ({ figures }) =>
          figures[rate] == null ? `no ${measures[rate].short}` : `${measures[rate].short} ${written(rate)(figures[rate])}`,
      },
      level: cost,
      low: 80, // room for the level's name below its line
      written: written(cost),
      absent: unmeasured,
    },
  ];
}

/** Build the plots inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return new LadderCurves(root, data);
}

class LadderCurves {
  #plots;
  #rungs = [];
  #known = "";
  #shown = null; // the rung on the maps
  #stop;

  constructor(root, { group, measures }) {
    this.#plots = plots(measures).map((spec) => new LadderPlot(spec, (rung) => askRung({ group, rung })));
    const hint = make("p", { class: "hint" }, HINT);
    root.replaceChildren(...this.#plots.map(({ element }) => element), hint);
    this.#stop = listenTwin(group, ({ rung }) => this.#show(rung));
  }

  update({ data }) {
    const rungs = JSON.stringify(data.rungs);
    if (rungs === this.#known) return;
    this.#known = rungs;
    this.#rungs = [...data.rungs].sort((one, other) => one.beta - other.beta);
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
