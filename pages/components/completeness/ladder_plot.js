// One plot of the ladder: a mark for every rung, one of them current. A rung can be looked at and asked for.

import { axes, span, text } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";

const REACH = 14; // pixels around a mark that stands alone
const SIZE = 4; // half of a mark's width
const ALLOWED = 0.6; // how much the autoencoder may stretch the y axis, as a part of what the others need
const UNKNOWN = { range: [0, 1], ticks: [] }; // an axis without a figure has no numbers
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };

export class LadderPlot {
  element;
  #spec;
  #choose;
  #svg = makeSvg("svg", { role: "group" });
  #area = make("div", { class: "area" }, this.#svg);
  #absent = make("span", { class: "absent" });
  #readout = make("span", { class: "readout" }); // not spoken: five plots would speak at every step of the slider
  #resizing = new ResizeObserver(() => this.#draw());
  #rungs = [];
  #slots = [];
  #marker = makeSvg("path", { class: "marker" });
  #current = -1;
  #looked = -1; // the rung under the pointer or with the keyboard's focus
  #frame = null;

  /**
   * `spec`: {name, title, series: [{key, title}], y, x?: {title, of(rung)}, level?: key, absent(rung), written(value),
   * low?, range?}; see ladder_curves.js. `choose(name)` hears of a rung that is asked for.
   */
  constructor(spec, choose) {
    this.#spec = spec;
    this.#choose = choose;
    this.#svg.setAttribute("aria-label", spec.title);
    const keys = spec.series.length > 1 ? spec.series.map(({ title }) => make("span", { class: "key" }, title)) : [];
    const caption = make("figcaption", {}, make("b", {}, spec.title), ...keys, this.#absent, this.#readout);
    const attributes = { class: "ladder-plot", "data-testid": "ladder-plot", "data-figure": spec.name };
    this.element = make("figure", attributes, caption, this.#area);
    this.#listen();
    this.#resizing.observe(this.#area);
  }

  dispose() {
    this.#resizing.disconnect();
  }

  /** [{name, title, beta, figures: {key: number or null}}], by beta. */
  set rungs(rungs) {
    this.#rungs = rungs;
    this.#draw();
  }

  /** Index of the rung on the maps; -1 for none. */
  set current(index) {
    this.#current = index;
    this.#mark();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#area;
    if (!width || !height || !this.#rungs.length) return;
    const focused = this.#slots.indexOf(document.activeElement);
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const frame = axes(width, height, { x: this.#xAxis(), y: this.#yAxis() });
    this.#frame = frame;
    this.#slots = this.#rungs.map((rung, i) => this.#slot(rung, i, frame));
    const lines = this.#spec.series.map((series) => this.#line(series, frame));
    this.#svg.replaceChildren(frame.element, ...lines, this.#marker, ...this.#slots);
    this.#absent.textContent = this.#missing();
    if (focused >= 0) this.#slots[focused].focus();
    this.#mark();
  }

  #xAxis() {
    const { x } = this.#spec;
    if (x) {
      const reach = span(this.#rungs.map((rung) => x.of(rung)), 0);
      return { title: x.title, ...(reach ? { range: [0, 1.1 * reach[1]] } : UNKNOWN) };
    }
    const ticks = this.#rungs.map(({ beta }, at) => ({ at, label: `${beta}` }));
    return { title: "β", range: [-0.5, this.#rungs.length - 0.5], ticks };
  }

  /** What the VAEs need; the autoencoder's figures may lie far away, and are then written at the edge. */
  #yAxis() {
    const { y, low, range } = this.#spec;
    if (range) return { title: y, range };
    const values = (rungs) => rungs.flatMap((rung) => this.#values(rung));
    const all = span(values(this.#rungs));
    if (!all) return { title: y, ...UNKNOWN };
    const needed = span(values(this.#rungs.filter(({ beta }) => beta > 0))) ?? all;
    const near = this.#spec.level || all[1] - all[0] <= (1 + ALLOWED) * (needed[1] - needed[0]);
    const [from, to] = near ? all : needed;
    return { title: y, range: [low ?? from, to] };
  }

  #values(rung) {
    return this.#spec.series.map(({ key }) => rung.figures[key] ?? NaN);
  }

  #xOf(rung, i) {
    return this.#spec.x ? this.#spec.x.of(rung) : i;
  }

  /** Everything that belongs to one rung: where it can be touched, and its marks. */
  #slot(rung, i, frame) {
    const at = frame.x(this.#xOf(rung, i));
    const label = `${rung.title}: ${this.#spec.title}, ${this.#said(rung)}`;
    const hooks = { "data-testid": "ladder-point", "data-rung": rung.name, "aria-label": label };
    const parts = this.#spec.x ? this.#pointParts(rung, at, frame) : this.#columnParts(rung, at, frame);
    return makeSvg("g", { class: "slot", role: "button", ...hooks }, ...parts);
  }

  /** Over beta a rung has a column, in which a figure that is missing or far away is told. */
  #columnParts(rung, at, frame) {
    const { inner } = frame;
    const half = (frame.x(1) - frame.x(0)) / 2;
    const room = { x: at - half, width: 2 * half, y: inner.top, height: inner.bottom - inner.top + 22 };
    const parts = [makeSvg("rect", { class: "room", ...room })];
    this.#values(rung).forEach((value, series) => {
      const height = frame.y(value);
      if (inside(height, frame)) parts.push(mark(series, at, height));
      else if (Number.isFinite(height)) parts.push(...this.#outside(at, height, value, frame, series));
    });
    if (parts.length === 1) {
      const turn = `translate(${at},${(inner.top + inner.bottom) / 2}) rotate(-90)`;
      parts.push(makeSvg("text", { class: "absent", y: 4, transform: turn }, this.#spec.absent(rung)));
    }
    return parts;
  }

  /** In the plane of two figures it has a mark with its beta, if both are known. */
  #pointParts(rung, at, frame) {
    if (this.#onLevel(rung)) return this.#level(rung, frame);
    const height = frame.y(this.#values(rung)[0]);
    if (!Number.isFinite(at) || !Number.isFinite(height)) return [];
    const room = makeSvg("circle", { class: "room", cx: at, cy: height, r: REACH });
    return [room, mark(0, at, height), text("name", at + 9, height - 7, `${rung.beta}`)];
  }

  /** An arrow at the edge, with the number, for a value that the axis does not reach. */
  #outside(at, height, value, { inner }, series) {
    const down = height > inner.bottom;
    const tip = down ? inner.bottom - 4 - 22 * series : inner.top + 4 + 22 * series;
    const away = down ? -1 : 1;
    const outline = `M${at - 5},${tip + away * 7}L${at},${tip}L${at + 5},${tip + away * 7}Z`;
    const arrow = makeSvg("path", { class: `outside series-${series}`, d: outline });
    return [arrow, text("name", at + 9, tip + away * 3 + 4, this.#spec.written(value))];
  }

  /** The line through neighbouring rungs; a figure that is missing or outside leaves a gap. */
  #line({ key }, frame) {
    const { x, y } = frame;
    let pen = "M";
    let path = "";
    this.#rungs.forEach((rung, i) => {
      const [at, height] = [x(this.#xOf(rung, i)), y(rung.figures[key] ?? NaN)];
      const drawn = Number.isFinite(at) && inside(height, frame);
      if (drawn) path += `${pen}${at},${height}`;
      pen = drawn ? "L" : "M";
    });
    const series = this.#spec.series.findIndex((one) => one.key === key);
    return makeSvg("path", { class: `line series-${series}`, d: path });
  }

  /** Whether the rung has no place on the x axis, and its figure is a line: the autoencoder, which has no KL. */
  #onLevel({ beta, figures }) {
    const { level } = this.#spec;
    return Boolean(level) && beta === 0 && figures[level] != null;
  }

  #level(rung, { y, inner }) {
    const value = rung.figures[this.#spec.level];
    const height = y(value);
    const below = inner.bottom - height > 20; // the curve comes down from above
    const written = `${rung.title}: ${this.#spec.written(value)}`;
    const name = text("level-name", inner.left + 6, height + (below ? 14 : -6), written);
    const room = { x: inner.left, width: inner.right - inner.left, y: height - REACH / 2, height: REACH };
    const line = makeSvg("path", { class: "level", d: `M${inner.left},${height}H${inner.right}` });
    return [makeSvg("rect", { class: "room", ...room }), line, name];
  }

  /** Which rungs have no mark where no column could say so. */
  #missing() {
    const { x } = this.#spec;
    if (!x) return "";
    const absent = this.#rungs.filter((rung) => ![x.of(rung), ...this.#values(rung)].every(Number.isFinite));
    const betas = absent.filter((rung) => !this.#onLevel(rung)).map(({ beta }) => beta);
    return betas.length ? `not measured: β = ${betas.join(", ")}` : "";
  }

  #mark() {
    const drawn = this.#drawn();
    const stop = drawn.includes(this.#current) ? this.#current : drawn[0];
    this.#slots.forEach((slot, i) => {
      slot.setAttribute("aria-current", i === this.#current);
      slot.setAttribute("tabindex", i === stop ? 0 : -1); // one stop of the Tab key a plot
    });
    const rung = this.#rungs[this.#current];
    this.element.dataset.rung = rung?.name ?? "";
    this.#marker.setAttribute("d", rung && this.#frame ? this.#markerPath(rung) : "");
    this.#write();
  }

  /** Over beta a line from top to bottom; in the plane of two figures, lines from the mark to both axes. */
  #markerPath(rung) {
    const { x, y, inner } = this.#frame;
    const at = x(this.#xOf(rung, this.#current));
    if (!this.#spec.x) return `M${at},${inner.top}V${inner.bottom}`;
    const height = y(this.#values(rung)[0]);
    return Number.isFinite(at) && Number.isFinite(height) ? `M${inner.left},${height}H${at}V${inner.bottom}` : "";
  }

  #write() {
    const rung = this.#rungs[this.#looked] ?? this.#rungs[this.#current];
    this.#readout.textContent = rung ? `β = ${rung.beta}: ${this.#said(rung)}` : "";
  }

  #said(rung) {
    const { x, series, written, absent } = this.#spec;
    const values = this.#values(rung);
    if (!values.some(Number.isFinite)) return absent(rung);
    const parts = values.map((value, i) => {
      const said = Number.isFinite(value) ? written(value) : absent(rung);
      return series[i].short ? `${series[i].short} ${said}` : said;
    });
    return [...parts, ...(x ? [x.said(rung)] : [])].join(", ");
  }

  #listen() {
    const slotOf = (event) => this.#slots.indexOf(event.target.closest?.(".slot"));
    const look = (index) => {
      this.#looked = index;
      this.#write();
    };
    const svg = this.#svg;
    svg.addEventListener("pointerover", (event) => event.pointerType !== "touch" && look(slotOf(event)));
    svg.addEventListener("pointerleave", () => look(-1));
    svg.addEventListener("focusin", (event) => look(slotOf(event)));
    svg.addEventListener("focusout", () => look(-1));
    svg.addEventListener("click", (event) => this.#ask(slotOf(event)));
    svg.addEventListener("keydown", (event) => this.#press(event, slotOf(event)));
  }

  #press(event, from) {
    if (from < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") this.#ask(from);
    else if (event.key in STEPS) {
      const drawn = this.#drawn();
      const to = Math.min(Math.max(drawn.indexOf(from) + STEPS[event.key], 0), drawn.length - 1);
      this.#slots[drawn[to]].focus();
    } else return;
    event.preventDefault();
  }

  /** Indices of the rungs of which something is to be seen. */
  #drawn() {
    return [...this.#slots.keys()].filter((i) => this.#slots[i].childElementCount);
  }

  #ask(index) {
    if (index >= 0) this.#choose(this.#rungs[index].name);
  }
}

/** Whether a height lies between the ends of the y axis; one that is not known does not. */
function inside(height, { inner }) {
  return height <= inner.bottom + 1 && height >= inner.top - 1;
}

/** A full circle for the first series, a hollow square for the second. */
function mark(series, x, y) {
  if (series === 0) return makeSvg("circle", { class: "mark series-0", cx: x, cy: y, r: SIZE });
  return makeSvg("rect", { class: "mark series-1", x: x - SIZE, y: y - SIZE, width: 2 * SIZE, height: 2 * SIZE });
}
