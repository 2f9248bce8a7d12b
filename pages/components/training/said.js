// What the page says of a run, in words.

import { number } from "../parts/chart.js";

/** "epoch 3", "epoch 0.125", "before training". */
export function epochName(epoch) {
  if (epoch === undefined) return "";
  return epoch === 0 ? "before training" : `epoch ${Number(epoch.toFixed(3))}`;
}

/** How a run stands, in a few words. */
export function standing({ state, place, epoch, epochs, seconds_left: left }) {
  const at = `epoch ${number(epoch, Number.isInteger(epoch) ? 0 : 1)} of ${epochs}`;
  return {
    waiting: place <= 1 ? "Next in the queue: it starts as soon as the run before it ends." : `Number ${place} in the queue.`,
    training: left == null ? `Training, ${at}.` : `Training, ${at}: ${timeLeft(left)} left.`,
    paused: `Paused at ${at}.`,
    stopped: `Stopped and kept at ${at}.`,
    finished: `Finished: ${epochs} ${epochs === 1 ? "epoch" : "epochs"}.`,
    failed: `Ended at ${at}.`,
    uploaded: "An uploaded model.",
  }[state];
}

function timeLeft(seconds) {
  if (seconds < 90) return `about ${Math.max(Math.round(seconds), 1)} s`;
  return `about ${Math.round(seconds / 60)} min`;
}

/** A loss for the eye: nats with one decimal, squared errors too. */
export function loss(value) {
  return value == null || !Number.isFinite(value) ? "–" : number(value, 1);
}

const FIELDS = {
  variational: ["model", (value) => (value ? "VAE" : "autoencoder")],
  convolutional: ["", (value) => (value ? "convolutional" : "fully connected")],
  likelihood: ["", (value) => (value === "mse" ? "squared error" : "Bernoulli likelihood")],
  hidden: ["width", String],
  decoder_blocks: ["depth", String],
  batch_norm: ["", (value) => (value ? "batch normalisation" : "layer normalisation")],
  beta: ["β", (value) => number(value, 4).replace(/\.?0+$/, "")],
  beta_schedule: ["KL annealing", (value) => (value === "constant" ? "none" : value)],
  annealing_epochs: ["annealing epochs", String],
  learning_rate: ["learning rate", String],
  batch_size: ["batch size", String],
  epochs: ["epochs", String],
  seed: ["seed", String],
  images: ["images", (value) => value.toLocaleString("en")],
  dataset: ["data", (value, kinds) => kinds[value]?.title ?? "own images"],
};

function flat({ model, training, images, dataset }) {
  return { ...model, ...training, images, dataset };
}

/**
 * The settings of a run in one line: what differs from the first one's, or all that matters if there is none; `kinds`
 * are those of data sets, {name: {title}}.
 */
export function settings(job, first, kinds) {
  const own = flat(job);
  const other = first && flat(first);
  const usual = ["variational", "beta", "hidden", "epochs", "images"];
  const named = Object.keys(FIELDS).filter((name) => (other ? own[name] !== other[name] : usual.includes(name)));
  const line = named.filter((name) => own[name] !== undefined).map((name) => {
    const [title, written] = FIELDS[name];
    return `${title} ${written(own[name], kinds)}`.trim();
  });
  return line.join(", ") || "the same settings";
}
