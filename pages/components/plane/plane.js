// The latent plane: plotly's axes, the test digits as points, and the way from a pixel to z and back.

const MARGIN = { l: 0, r: 0, t: 0, b: 0 }; // tick labels stand inside, so that the plane is as large as its element
const SMALLEST_VIEW = 0.1; // of the plane, in units of z: closer there is nothing more to see
const LARGEST_VIEW = 2000; // the decode channel takes coordinates up to 1,000 either way
const PRIOR_VIEW = 3.4; // half width that shows the prior's three circles

/** Of the points: alone, over pictures or a map, and where the ground itself is to be read. */
export const OPACITY = { alone: 1, over: 0.5, faint: 0.25 };

let plotly = null;

/** Fetch plotly.js without running it, which keeps a slow machine busy for a second or more. */
export function fetchPlotly(url) {
  const link = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: url });
  document.head.append(link);
}

/** Load plotly.js once for the whole page; a failed attempt may be repeated. */
export function loadPlotly(url) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      script.remove();
      plotly = null;
      reject(new Error("plotly.js could not be loaded"));
    };
    document.head.append(script);
  });
  return plotly;
}

export class Plane {
  #plotly; // until `start` there is no plane: nothing else may be asked of it
  #dots; // plotly's type of them
  #element;
  #theme;
  #hidden = new Set();
  #latents = null;
  #home = squareAround([0, 0], PRIOR_VIEW);
  #opacity = OPACITY.alone;
  #resizing;
  #moved;
  #settled;

  /**
   * Draws into `element`. `moved()` is called whenever the axes move under the pixels (pan, zoom, resize),
   * `settled()` when they have come to rest.
   */
  constructor(element, { moved, settled }) {
    this.#element = element;
    this.#moved = moved;
    this.#settled = settled;
  }

  async start(Plotly, theme) {
    this.#plotly = Plotly;
    this.#theme = theme;
    // Without WebGL they are ten thousand elements of SVG: slower, and the same to see.
    this.#dots = hasWebGl() ? "scattergl" : "scatter";
    await this.#plotly.newPlot(this.#element, [], this.#layout(this.#home), {
      displayModeBar: false,
      scrollZoom: true,
      doubleClick: false, // a double click pins twice; it must not lose the view
    });
    const rest = () => {
      this.#moved();
      const { x } = this.range;
      if (x[1] - x[0] < 0.99 * SMALLEST_VIEW) this.zoom(1); // the wheel knows no limit
      else this.#settled();
    };
    this.#element.on("plotly_relayouting", this.#moved);
    this.#element.on("plotly_relayout", rest);
    this.#element.on("plotly_webglcontextlost", () => this.#redraw());
    this.#resizing = new ResizeObserver(() => this.#resize().then(rest));
    this.#resizing.observe(this.#element);
  }

  dispose() {
    this.#resizing?.disconnect();
    this.#plotly?.purge(this.#element);
  }

  /** Show another checkpoint's test digits. The view goes to `home`, unless that is what home was before. */
  async show(latents, home = viewOf(latents.means)) {
    const view = this.#latents && same(home, this.#home) ? this.range : home;
    this.#latents = latents;
    this.#home = home;
    await this.#plotly.react(this.#element, this.#traces(), this.#layout(view));
    this.#moved();
    this.#settled();
  }

  /** Hide the digits of the set `hidden`, show the others. */
  setHidden(hidden) {
    this.#hidden = new Set(hidden);
    if (!this.#latents) return;
    this.#plotly.restyle(this.#element, { visible: this.#theme.digits.map((_, digit) => this.#visible(digit)) });
  }

  /** Make room for what lies behind the points: one of OPACITY. */
  setOpacity(opacity) {
    if (opacity === this.#opacity) return;
    this.#opacity = opacity;
    if (this.#latents) this.#plotly.restyle(this.#element, { "marker.opacity": opacity });
  }

  async setTheme(theme) {
    if (same(theme, this.#theme)) return;
    this.#theme = theme;
    const { font, xaxis, yaxis } = this.#layout(this.range);
    await this.#plotly.relayout(this.#element, { font, xaxis, yaxis });
    if (this.#latents) await this.#plotly.restyle(this.#element, { "marker.color": theme.digits });
  }

  /** An image behind the points, over {x: [left, right], y: [bottom, top]} in z; null removes it. */
  setBackdrop(source, range) {
    const { x, y } = range ?? { x: [0, 0], y: [0, 0] };
    const image = {
      source,
      xref: "x",
      yref: "y",
      x: x[0],
      y: y[1],
      sizex: x[1] - x[0],
      sizey: y[1] - y[0],
      sizing: "stretch",
      opacity: 0.75,
      layer: "below",
    };
    return this.#plotly.relayout(this.#element, { images: source ? [image] : [] });
  }

  /** What is visible: {x: [left, right], y: [bottom, top]} in z. */
  get range() {
    const { xaxis, yaxis } = this.#axes;
    return { x: [...xaxis.range], y: [...yaxis.range] };
  }

  /** Side of the plane in CSS pixels. */
  get side() {
    return this.#axes.xaxis._length;
  }

  /** [z1, z2] under a point of the browser window, by the plot's own axes. */
  zAt(clientX, clientY) {
    const { xaxis, yaxis } = this.#axes;
    const box = this.#element.getBoundingClientRect();
    return [xaxis.p2d(clientX - box.left - xaxis._offset), yaxis.p2d(clientY - box.top - yaxis._offset)];
  }

  /** [x, y] in pixels of the element at which (z1, z2) lies. */
  pixelOf(z1, z2) {
    const { xaxis, yaxis } = this.#axes;
    return [xaxis.d2p(z1) + xaxis._offset, yaxis.d2p(z2) + yaxis._offset];
  }

  /** Zoom by `factor` (below 1: closer), keeping (z1, z2) where it is; the middle if it is not given. */
  zoom(factor, centre = middle(this.range)) {
    const { x, y } = this.range;
    const side = Math.min(Math.max((x[1] - x[0]) * factor, SMALLEST_VIEW), LARGEST_VIEW);
    const scale = side / (x[1] - x[0]);
    const about = (limits, c) => limits.map((limit) => c + (limit - c) * scale);
    return this.view({ x: about(x, centre[0]), y: about(y, centre[1]) });
  }

  /** Show {x: [left, right], y: [bottom, top]}. */
  view({ x, y }) {
    return this.#plotly.relayout(this.#element, { "xaxis.range": x, "yaxis.range": y });
  }

  /** The view that the checkpoint was first shown in. */
  viewHome() {
    return this.view(this.#home);
  }

  /** The same view, grown until the points [[z1, z2], ...] are in it, too. */
  viewAll(points) {
    const reach = (limits, axis) => {
      const all = [...limits, ...points.map((z) => 1.1 * z[axis])];
      return [Math.min(...all), Math.max(...all)];
    };
    const [x, y] = [reach(this.#home.x, 0), reach(this.#home.y, 1)];
    const half = Math.min(Math.max(x[1] - x[0], y[1] - y[0]), LARGEST_VIEW) / 2;
    const [z1, z2] = middle({ x, y });
    return this.view(squareAround([z1, z2], half));
  }

  /** Shift the view so far that (z1, z2) is in it; nothing moves when it is. */
  reveal(z1, z2) {
    const { x, y } = this.range;
    const shift = ([low, high], z) => (z < low || z > high ? z - (low + high) / 2 : 0);
    const [right, up] = [shift(x, z1), shift(y, z2)];
    if (right || up) this.view({ x: x.map((limit) => limit + right), y: y.map((limit) => limit + up) });
  }

  get #axes() {
    return this.#element._fullLayout;
  }

  /** Whether the plot is drawn as large as its element, which is first looked at when it is. */
  get #fits() {
    const { width, height } = this.#axes;
    const { clientWidth, clientHeight } = this.#element;
    return Math.max(Math.abs(width - clientWidth), Math.abs(height - clientHeight)) < 1;
  }

  /** Diameter of a test digit's dot in pixels: a phone's plane is crowded, a projector's is looked at from afar. */
  get #dot() {
    return Math.min(Math.max(Math.round(this.side / 130), 3), 7);
  }

  #visible(digit) {
    return this.#hidden.has(digit) ? "legendonly" : true;
  }

  #redraw() {
    return this.#plotly.newPlot(this.#element, this.#traces(), this.#layout(this.range));
  }

  async #resize() {
    if (!this.#element.offsetParent) return; // not displayed: there is no size to take
    if (!this.#fits) {
      const { x, y } = this.range;
      await this.#plotly.relayout(this.#element, { autosize: true, "xaxis.range": x, "yaxis.range": y });
    }
    const drawn = this.#element.data[0]?.marker.size;
    if (drawn && drawn !== this.#dot) await this.#plotly.restyle(this.#element, { "marker.size": this.#dot });
  }

  #traces() {
    const { means, labels, classes = [] } = this.#latents ?? { means: [], labels: [] };
    return this.#theme.digits.map((colour, digit) => {
      const name = plain(classes[digit] ?? "");
      const members = [...labels.keys()].filter((i) => labels[i] === digit);
      return {
        type: this.#dots,
        mode: "markers",
        name,
        x: Float32Array.from(members, (i) => means[2 * i]),
        y: Float32Array.from(members, (i) => means[2 * i + 1]),
        visible: this.#visible(digit),
        marker: { color: colour, size: this.#dot, opacity: this.#opacity, line: { width: 0 } },
        ...(name ? { hovertemplate: `<b>${name}</b><extra></extra>` } : { hoverinfo: "none" }),
      };
    });
  }

  #layout({ x, y }) {
    const { ink, line, font } = this.#theme;
    const axis = {
      autorange: false,
      gridcolor: line,
      griddash: "dot",
      zerolinecolor: line,
      zerolinewidth: 1.5,
      ticklabelposition: "inside",
      tickfont: { size: 12, color: ink },
      nticks: 9,
      minallowed: -LARGEST_VIEW / 2,
      maxallowed: LARGEST_VIEW / 2,
    };
    return {
      autosize: true,
      margin: MARGIN,
      showlegend: false,
      dragmode: "pan",
      hovermode: "closest",
      hoverdistance: 8,
      hoverlabel: { font: { size: 18 } },
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      font: { color: ink, family: font },
      xaxis: { ...axis, range: x },
      yaxis: { ...axis, range: y, scaleanchor: "x", scaleratio: 1 },
    };
  }
}

/** The square around all means and the prior's circles, with a little air. */
function viewOf(means) {
  const low = [-PRIOR_VIEW, -PRIOR_VIEW];
  const high = [PRIOR_VIEW, PRIOR_VIEW];
  means.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2], 1.03 * value);
    high[i % 2] = Math.max(high[i % 2], 1.03 * value);
  });
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  return squareAround([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2], half);
}

/** The view of half width `half` around a point: {x: [left, right], y: [bottom, top]}. */
export function squareAround([z1, z2], half) {
  return { x: [z1 - half, z1 + half], y: [z2 - half, z2 + half] };
}

/** Switched off by a school's settings, by a remote desktop or by a graphics card's bad name. */
function hasWebGl() {
  const context = document.createElement("canvas").getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has few of them
  return Boolean(context);
}

/** A name as plotly shows it: what it would read as markup or as a field of the data is taken out. */
function plain(name) {
  return name.replace(/[<>&%{}]/g, "");
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function middle({ x, y }) {
  return [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
}
