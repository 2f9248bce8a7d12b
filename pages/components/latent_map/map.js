// The map: the test digits in the latent plane, a pinned point, and the pointer that is followed.
// Digits are drawn by whoever listens to this map's group (see bus.js).
//
// The pin lives here: the address follows it at once, and Python hears of it when the hand turns to another part of the page,
// whose controls may need it. A rerun for every pin would be what a class costs a server most.

import { listenToReturns, readPoint, writePoint } from "../wire/address.js";
import { announceChannel, announcePoint, answer, hearAskedPin, hearAskedTelling } from "../wire/bus.js";
import { listenToLeaving } from "../wire/leaving.js";
import { clamped, kept, LIMIT } from "../wire/limits.js";
import { Legend } from "../plane/legend.js";
import { Manifold } from "./backdrop.js";
import { nearestCode, vote, voteInWords } from "./neighbours.js";
import { Legible, LEGEND } from "../plane/legible.js";
import { make } from "../parts/dom.js";
import { PinnedPoint } from "../plane/pinned_point.js";
import { fetchPlotly, loadPlotly, OPACITY } from "../plane/plane.js";
import { Scene } from "../plane/scene.js";
import { Teller } from "../wire/teller.js";

const MEANT_PX = 4; // a click so near to a dot means the dot
const LATE_MS = 1000; // a map without a digit is better than none

/** Build the map inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const plotly = new URL(data.plotly, document.baseURI);
  fetchPlotly(plotly);
  const map = new LatentMap(root, data); // from here on the pinned point's digit is on its way
  try {
    await map.firstDigit;
    await map.start(await loadPlotly(plotly));
  } catch (error) {
    map.dispose();
    throw error;
  }
  return map;
}

class LatentMap {
  #goOn;
  #waited = new Promise((goOn) => (this.#goOn = goOn));
  #root;
  #group;
  #scene;
  #manifold;
  #legible;
  #legend = make("p", { class: "latent-map-caption", "data-testid": "legible-legend", hidden: "" }, LEGEND);
  #classes; // as switches above the map
  #reach; // of codes: beyond it none lives near a point
  #point = new PinnedPoint((picture) => this.#announce(picture));
  #checkpoint = null;
  #condition = {};
  #teller;
  #around; // the pin's place in the address (see address.js)
  #stops;
  #started = false; // whether the plane is drawn and has heard of its checkpoint
  #typedEarly = null; // a pin that waits for that
  #path = window.location.pathname; // of this page

  /** Fills `root` and begins to decode, which needs no plotly. */
  constructor(root, { key, seen, checkpoint, pin, reach, classes, around }) {
    this.#root = root;
    this.#group = key;
    this.#reach = reach;
    this.#around = around;
    this.#teller = new Teller("pin", seen, { pin });
    this.#stops = [
      answer(key, () => {
        announceChannel({ group: key, ...this.#condition });
        this.#point.repeat();
      }),
      hearAskedTelling(key, ({ go }) => {
        this.#tellPython();
        this.#teller.whenKnown(go);
      }),
      hearAskedPin(key, ({ z }) => (this.#started ? this.#pinTyped(z) : (this.#typedEarly = z))),
    ];
    this.#scene = new Scene(root, { channelChanged: (condition) => this.#hear(condition) });
    this.#classes = new Legend(root, (hidden) => this.#scene.hide(hidden));
    this.#classes.show(classes);
    this.#scene.stage.above.append(this.#legend);
    this.#manifold = this.#scene.add(new Manifold(this.#scene.plane, this.#scene.theme));
    const failed = (sentence) => this.#scene.stage.setNotice("legible", sentence);
    this.#legible = this.#scene.add(new Legible(this.#scene.plane, this.#scene.theme, failed));
    this.#scene.add({ known: () => this.#meet() });
    this.#use(checkpoint);
    this.#point.place(pin);
  }

  /** Settles when the pinned point's digit is on the screen, or is not to be waited for any longer. */
  get firstDigit() {
    const late = setTimeout(this.#goOn, LATE_MS);
    return this.#waited.finally(() => clearTimeout(late));
  }

  async start(Plotly) {
    await this.#scene.start(Plotly, {
      preview: (z, underFinger) => this.#preview(z.map(clamped), underFinger),
      leave: () => this.#leave(),
      pin: (z) => {
        this.#place(this.#meant(z));
        this.#write();
      },
      nudge: (step) => {
        this.#place(this.#point.z.map((value, i) => value + step[i]));
        this.#scene.plane.reveal(...this.#point.z);
      },
      rest: () => this.#write(),
    });
    this.#scene.overlay.mark("pin", this.#point.z);
    this.#stops.push(
      listenToLeaving(this.#root, () => this.#tellPython()),
      listenToReturns(() => this.#goBack()),
    );
  }

  /** Streamlit's newest arguments: perhaps another checkpoint, another pin, another theme. */
  update(component) {
    const { data } = component;
    const news = this.#teller.news(component, { pin: data.pin });
    this.#reach = data.reach;
    this.#around = data.around;
    if (data.checkpoint !== this.#checkpoint) this.#use(data.checkpoint);
    this.#classes.show(data.classes);
    this.#scene.show(data.checkpoint, data.home ?? undefined, data.classes);
    if (news?.length) this.#adopt(data.pin);
    else if (news) this.#tellPython(); // it may have drawn the page for another reason before it heard of the pin
    this.#scene.overlay.showPrior(data.show_prior);
    this.#showGround(data);
    this.#scene.retheme();
    this.#started = true;
    if (this.#typedEarly) this.#pinTyped(this.#typedEarly);
    this.#typedEarly = null;
  }

  dispose() {
    for (const stop of this.#stops) stop();
    this.#teller.dispose();
    this.#scene.dispose();
  }

  /** One of the two grounds, or none; the one that goes makes room first. */
  #showGround({ checkpoint, show_legible, show_manifold }) {
    this.#legend.hidden = !show_legible;
    if (!show_legible) this.#legible.set({ shown: false, checkpoint });
    if (!show_legible) this.#scene.plane.setOpacity(show_manifold ? OPACITY.over : OPACITY.alone);
    this.#manifold.set({ shown: show_manifold, channel: this.#scene.channel });
    if (show_legible) this.#legible.set({ shown: true, checkpoint });
  }

  #use(checkpoint) {
    this.#checkpoint = checkpoint;
    this.#point.use(checkpoint, this.#scene.connect(checkpoint));
    if (this.#point.z) this.#point.place(this.#point.z);
  }

  #hear(condition) {
    this.#condition = condition;
    if (condition.open === false) this.#goOn();
    announceChannel({ group: this.#group, ...condition });
  }

  /** The test digits have come. */
  #meet() {
    this.#scene.plane.reveal(...this.#point.z);
    this.#speak();
    this.#point.repeat(); // whose digit can be named only now
  }

  #announce(picture) {
    const drawn = announcePoint({ group: this.#group, ...picture, vote: this.#vote(picture.z1, picture.z2) });
    if (drawn) requestAnimationFrame(() => setTimeout(this.#goOn)); // it is on the screen by then
  }

  /** How the codes around a point vote, in words; none as long as they are not known. */
  #vote(z1, z2) {
    const { latents } = this.#scene;
    return latents ? voteInWords(vote(latents, z1, z2, this.#reach), latents.classes) : "";
  }

  /** The code of the test digit whose dot was clicked, as it is kept; the place itself if there is none. */
  #meant(z) {
    const { latents, plane, hidden } = this.#scene;
    const code = latents && nearestCode(latents, z, hidden);
    if (!code) return z;
    const [there, here] = [plane.pixelOf(...code), plane.pixelOf(...z)];
    return Math.hypot(there[0] - here[0], there[1] - here[1]) <= MEANT_PX ? code : z;
  }

  #preview(z, underFinger) {
    if (underFinger) this.#scene.overlay.mark("preview", z); // a mouse has its own mark, the cursor
    this.#point.preview(z);
  }

  #leave() {
    this.#scene.overlay.mark("preview", null);
    this.#point.leave();
  }

  #place(z) {
    const pin = kept(z);
    this.#scene.overlay.mark("preview", null);
    this.#scene.overlay.mark("pin", pin);
    this.#point.place(pin);
    this.#speak();
  }

  /** Take over a pin that came from Python. */
  #adopt(pin) {
    this.#place(pin);
    this.#scene.plane.reveal(...pin);
  }

  /** What was typed is as good as a click. */
  #pinTyped(z) {
    this.#adopt(z);
    this.#scene.announcePin(z);
    this.#write();
  }

  /** The pin that the address names: Python reads it, too, and may have known no other. */
  #goBack() {
    const z = readPoint(this.#around);
    if (window.location.pathname !== this.#path || !z.every((value) => Math.abs(value) <= LIMIT)) return;
    this.#adopt(z);
    this.#teller.assume({ pin: this.#point.z });
  }

  #write() {
    writePoint(this.#point.z, this.#around);
  }

  /** Whether there was something to tell. */
  #tellPython() {
    return this.#teller.tell({ pin: this.#point.z });
  }

  #speak() {
    const voted = this.#vote(...this.#point.z);
    this.#scene.stage.speak(this.#point.z, voted && `${voted}.`);
  }
}
