// The machine: an image, its posterior, noise, a point, the decoded picture, all live.
// While a hand draws or moves something nothing waits for Python, which hears of what was let go (see machine.py).

import { fetchPlotly, loadPlotly } from "../plane/plane.js";
import { base64, bytes } from "../wire/base64.js";
import { EncodeChannel } from "../wire/encode_channel.js";
import { rounded } from "../wire/limits.js";
import { Teller } from "../wire/teller.js";
import { CodeBox } from "./code_box.js";
import { EpsBox } from "./eps_box.js";
import { InputBox } from "./input_box.js";
import { LatentBox } from "./latent_box.js";
import { createLayout } from "./layout.js";
import { NoiseCloud, normal } from "./noise_cloud.js";
import { OutputBox } from "./output_box.js";
import { spoken } from "./spoken.js";

const QUIET_MS = 700; // until what stands still is said

/** Build the machine inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const plotly = new URL(data.plotly, document.baseURI);
  fetchPlotly(plotly);
  const machine = new Machine(root, data);
  try {
    await machine.start(await loadPlotly(plotly));
  } catch (error) {
    machine.dispose();
    throw error;
  }
  return machine;
}

class Machine {
  #root;
  #input = new InputBox({ changed: (seen) => this.#encode(seen), rested: () => this.#tell() });
  #latent = new LatentBox();
  #eps;
  #cloud = new NoiseCloud({ picked: (eps) => this.#settle(eps), cleared: () => this.#draw(0) });
  #output = new OutputBox();
  #code = new CodeBox();
  #say;
  #teller;
  #model = null;
  #encoder = null; // channel
  #decoder = null; // channel
  #posterior = null; // {mean, deviation, pixels, seen, clean}: the newest of the model in use
  #noise = [0, 0]; // eps
  #farthest;
  #quiet = 0;

  /** Fills `root`. */
  constructor(root, { seen, farthest }) {
    this.#root = root;
    this.#teller = new Teller("digit", seen);
    this.#farthest = farthest;
    this.#eps = new EpsBox(farthest, {
      move: (eps) => this.#move(eps),
      rest: () => this.#teller.soon(() => this.#tell()),
      draw: (count) => this.#draw(count),
      off: () => {
        this.#cloud.draw(0, farthest);
        this.#settle([0, 0]);
      },
    });
    const parts = { input: this.#input, latent: this.#latent, eps: this.#eps, output: this.#output, cloud: this.#cloud };
    this.#say = createLayout(root, parts, this.#code);
  }

  async start(Plotly) {
    await this.#latent.start(Plotly);
  }

  /** Streamlit's newest arguments: perhaps another checkpoint, another image, another theme. */
  update(component) {
    const { data } = component;
    const news = this.#teller.news(component, data.digit);
    const switched = data.checkpoint !== this.#model;
    if (switched) this.#use(data);
    this.#code.code = data.code;
    if (news?.length) this.#adopt(data);
    if (switched || news?.length) this.#encode(this.#input.seen);
    this.#latent.scene.retheme();
  }

  dispose() {
    clearTimeout(this.#quiet);
    this.#teller.dispose();
    this.#encoder?.close();
    for (const part of [this.#input, this.#cloud, this.#code, this.#latent]) part.dispose();
  }

  #use({ checkpoint, variational, home, classes }) {
    this.#model = checkpoint;
    this.#posterior = null;
    this.#decoder?.forget();
    this.#encoder?.close();
    const { scene } = this.#latent;
    this.#encoder = new EncodeChannel(checkpoint, ({ open, sentence }) => {
      scene.stage.setNotice("encoder", open ? "" : sentence);
    });
    this.#decoder = scene.connect(checkpoint);
    scene.show(checkpoint, home ?? undefined, classes);
    this.#root.toggleAttribute("data-point", !variational);
    this.#eps.variational = variational;
    if (!variational) this.#cloud.draw(0, this.#farthest);
  }

  /** Take over what comes from Python. */
  #adopt({ digit, table }) {
    const { clean, noise, rubbed, eps } = digit;
    this.#noise = eps;
    this.#input.show({
      clean: bytes(clean),
      noise,
      rubbed: rubbed ? bytes(rubbed) : null,
      table: { rank: table.rank, grey: bytes(table.grey) },
    });
  }

  /** What the encoder sees has changed. */
  #encode(seen) {
    const { clean } = this.#input;
    this.#encoder.follow(seen, (posterior) => {
      this.#posterior = { ...posterior, seen, clean };
      this.#render();
      this.#cloud.decode(this.#cloud.pointsOf(posterior), this.#decoder);
    });
  }

  #move(eps) {
    this.#noise = eps.map(rounded);
    this.#render();
  }

  /** Take over noise that was chosen at once. */
  #settle(eps) {
    this.#move(eps);
    this.#tell();
  }

  /** One draw sets the noise, more are shown beside each other, none ends that. */
  #draw(count) {
    this.#cloud.draw(count > 1 ? count : 0, this.#farthest);
    if (count === 1) this.#settle([normal(this.#farthest), normal(this.#farthest)]);
    else this.#render();
    if (this.#posterior) this.#cloud.decode(this.#cloud.pointsOf(this.#posterior), this.#decoder);
  }

  /** Everything that follows from posterior and noise. */
  #render() {
    if (!this.#posterior) return;
    const { mean, deviation, pixels } = this.#posterior;
    const eps = deviation.every((value) => value === 0) ? [0, 0] : this.#noise;
    const z = mean.map((value, i) => value + deviation[i] * eps[i]);
    this.#latent.show({ mean, deviation, z, cloud: this.#cloud.pointsOf(this.#posterior) });
    this.#eps.show({ mean, deviation, eps, z });
    this.#follow(this.#posterior, z, eps.some(Boolean) ? null : pixels);
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#say(spoken({ mean, deviation, z })), QUIET_MS);
  }

  /** Show the picture of z, which is decoded first unless the encoder's answer brought it along. */
  #follow(posterior, z, pixels) {
    if (!pixels) return this.#decoder.follow(...z, (decoded) => this.#picture(posterior, z, decoded));
    this.#decoder.forget();
    this.#picture(posterior, z, pixels);
  }

  #picture({ seen, clean }, [z1, z2], pixels) {
    const spoiled = seen.some((grey, i) => grey !== clean[i]);
    this.#output.draw({ model: this.#model, z1, z2, pixels, seen, clean, spoiled });
  }

  #tell() {
    const { clean, noise, rubbed } = this.#input;
    const eps = this.#noise.map(rounded);
    this.#teller.tell({ clean: base64(clean), noise: rounded(noise), rubbed: rubbed ? base64(rubbed) : "", eps });
  }
}
