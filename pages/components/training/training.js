// The page's one component: the map of a run at a snapshot, its slider, what its decoder draws, its curves, how it
// stands, and the runs to compare. Whatever is heard of a training comes from the server's own routes, not from Streamlit.

import { make } from "../parts/dom.js";
import { fetchPlotly, loadPlotly } from "../plane/plane.js";
import { same, Teller } from "../wire/teller.js";
import { Board } from "./board.js";
import { Comparison } from "./comparison.js";
import { Curves } from "./curves.js";
import { Keeping } from "./keeping.js";
import { forget, keyOf, knownRuns, remember } from "./keys.js";
import { Player } from "./player.js";
import { Run } from "./run.js";
import { epochName } from "./said.js";
import { Theatre } from "./theatre.js";

const SHIPPED = "shipped";
const COMPARED = 4;
const ENDED = new Set(["finished", "stopped", "failed", "uploaded"]);
const NOT_YET = "The map appears as soon as the training begins.";
const NO_MAP = {
  uploaded: "An uploaded model has no epochs to show here: open it on another page, below.",
  failed: "This run ended before its first epoch.",
};
const GONE = "That run is no longer kept here: this is the run that comes with the app.";

/** Build everything inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const plotly = new URL(data.plotly, document.baseURI);
  fetchPlotly(plotly);
  const training = new Training(root, data);
  try {
    await training.start(await loadPlotly(plotly));
  } catch (error) {
    training.dispose();
    throw error;
  }
  return training;
}

class Training {
  #teller;
  #theatre;
  #player = new Player({ move: (index) => this.#scrub(index), rest: () => this.#rest() });
  #curves = new Curves((epoch) => {
    this.#scrub(this.#nearest(epoch));
    this.#rest();
  });
  #board = new Board((name) => this.#command(name));
  #comparison = new Comparison((run) => this.#choose(run));
  #keeping = new Keeping({
    opened: ({ run, key }) => {
      remember(run, key);
      this.#choose(run);
    },
    dataset: ({ name }) => this.#tell({ dataset: name }),
  });
  #runs = new Map(); // by name, those that are compared
  #run = null; // the one on show
  #epoch; // the one chosen; null is the newest, whichever that is
  #told = {}; // as Python says it
  #kinds; // of data sets: {name: {title, classes}}
  #ready = false;
  #notice = ""; // on what else is shown than was asked for

  constructor(root, data) {
    this.#told = valueOf(data);
    this.#teller = new Teller("shown", data.seen, this.#told);
    this.#epoch = data.epoch;
    this.#kinds = data.kinds;
    const [map, beside] = ["map", "beside"].map((name) => make("div", { class: `training-${name}` }));
    this.#theatre = new Theatre(map, beside, data.pin, () => this.#tell());
    map.append(this.#player.element);
    beside.append(this.#curves.element);
    const stage = make("div", { class: "training-stage" }, map, beside);
    root.replaceChildren(this.#board.element, stage, this.#comparison.element, this.#keeping.element);
    this.#use(data.run, data.own_key);
  }

  async start(Plotly) {
    await this.#theatre.start(Plotly);
    this.#ready = true;
    this.#hear(this.#run);
  }

  /** Streamlit's newest arguments. */
  update(component) {
    const { data } = component;
    const value = valueOf(data);
    const news = this.#teller.news(component, value);
    this.#theatre.retheme();
    if (!same(data.kinds, this.#kinds)) {
      this.#kinds = data.kinds;
      this.#hear(this.#run);
    }
    if (!news) return;
    this.#told = value;
    if (news.includes("epoch") || news.includes("run")) this.#epoch = data.epoch;
    if (data.run !== this.#run.id) this.#use(data.run, data.own_key);
    else if (news.includes("epoch")) this.#hear(this.#run);
    if (news.includes("pin")) this.#theatre.pin(data.pin);
  }

  dispose() {
    this.#teller.dispose();
    for (const run of this.#runs.values()) run.dispose();
    for (const part of [this.#player, this.#curves, this.#comparison, this.#theatre]) part.dispose();
  }

  /** Show another run. */
  #use(id, key = "") {
    if (id !== SHIPPED) remember(id, key);
    this.#player.pause();
    const names = [SHIPPED, ...knownRuns().map(({ run }) => run)].filter((name, i, all) => all.indexOf(name) === i);
    const wanted = new Set([...names.slice(0, COMPARED), id]);
    for (const [name, run] of this.#runs) if (!wanted.has(name)) this.#drop(name, run);
    for (const name of wanted) {
      if (!this.#runs.has(name)) this.#runs.set(name, new Run(name, keyOf(name), (run) => this.#hear(run)));
    }
    this.#run = this.#runs.get(id);
    this.#run.key = keyOf(id);
    this.#run.wantMaps();
    this.#hear(this.#run);
  }

  #drop(name, run) {
    run.dispose();
    this.#runs.delete(name);
  }

  #choose(id) {
    if (id === this.#run.id) return;
    if (id !== SHIPPED) this.#notice = "";
    this.#epoch = null;
    this.#use(id);
    this.#tell();
  }

  /** Something is new of a run. */
  #hear(run) {
    if (run?.gone) return this.#lose(run);
    if (run && run === this.#run) this.#show();
    this.#comparison.show([...this.#runs.values()], this.#run?.id, this.#kinds);
  }

  #lose(run) {
    forget(run.id);
    this.#drop(run.id, run);
    if (run !== this.#run) return this.#hear(null);
    this.#notice = GONE;
    this.#choose(SHIPPED);
  }

  #show() {
    const { status, maps } = this.#run;
    this.#board.show(this.#run);
    if (!status) return;
    this.#keeping.show(status);
    if (ENDED.has(status.state) && this.#run.isOwn && !this.#told.ended) this.#tell({ ended: true });
    if (!this.#ready) return;
    if (!maps?.epochs.length) return this.#theatre.empty(this.#run, NO_MAP[status.state] ?? NOT_YET);
    this.#theatre.say(this.#notice);
    this.#theatre.meet(this.#run, this.#kinds[status.job.dataset]?.classes ?? []);
    this.#showSnapshot(this.#epoch === null ? maps.epochs.length - 1 : this.#nearest(this.#epoch));
  }

  #showSnapshot(index) {
    const { status, maps } = this.#run;
    this.#player.show(maps.epochs, index);
    this.#curves.draw(status, maps.epochs[index]);
    this.#theatre.show(index, epochName(maps.epochs[index]), this.#player.isPlaying ? this.#player.step : undefined);
  }

  #scrub(index) {
    const { epochs } = this.#run.maps ?? { epochs: [] };
    if (!epochs.length) return;
    this.#epoch = index === epochs.length - 1 ? null : rounded(epochs[index]);
    this.#showSnapshot(index);
  }

  /** What moved has come to rest: the address may follow. */
  #rest() {
    this.#teller.soon(() => this.#tell());
  }

  #nearest(epoch) {
    const { epochs } = this.#run.maps;
    const away = epochs.map((one) => Math.abs(one - epoch));
    return away.indexOf(Math.min(...away));
  }

  async #command(name) {
    const run = this.#run;
    const sentence = await run.command(name);
    if (run.gone) this.#lose(run);
    return sentence;
  }

  /** Tell Python what is shown, for the address and for what it says of it. */
  #tell(more = {}) {
    const shown = { run: this.#run.id, epoch: this.#epoch, pin: this.#theatre.z };
    this.#teller.tell({ ...this.#told, ...shown, ended: false, ...more });
  }
}

function valueOf({ run, epoch, pin, ended, dataset }) {
  return { run, epoch, pin, ended, dataset };
}

function rounded(epoch) {
  return Number(epoch.toFixed(3));
}
