// A chart's frame in SVG, drawn in the pixels it has: numbered axes, grid lines, and the way from values to pixels.

import { makeSvg } from "./dom.js";

const MARGIN = { left: 46, right: 12, top: 22, bottom: 24 };
const TITLE_PX = 16; // more at the bottom for a title below the numbers
const TICK_PX = 42; // one horizontal grid line for so many pixels
const TICK_WIDE_PX = 70;
const MOST_TICKS = 8;

/** [low, high] of the finite values with room on both sides, even around a single one; null if there are none. */
export function span(values, room = 0.08) {
  const finite = values.filter(Number.isFinite);
  if (!finite.length) return null;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = room * (high - low) || Math.max(0.1 * Math.abs(high), 0.5);
  return [low - margin, high + margin];
}

/** Numbers in steps of 1, 2 or 5 times a power of ten between low and high, [{at, label}]; about `count` of them. */
export function niceTicks([low, high], count) {
  const raw = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.8) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: number(at, decimals) };
  });
}

/** A number as people write it, with a real minus sign. */
export function number(value, decimals) {
  return (value.toFixed(decimals) * 1 === 0 ? (0).toFixed(decimals) : value.toFixed(decimals)).replace("-", "−");
}

/**
 * Axes for a drawing of width x height pixels. `x` and `y` are {title, range: [low, high], ticks?: [{at, label}]};
 * without ticks of its own an axis gets nice ones. The title of an x axis with its own ticks stands before them, else
 * below. Returns {x(value), y(value), inner, element}.
 */
export function axes(width, height, { x, y }) {
  const inner = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom - (x.ticks?.length ? 0 : TITLE_PX),
  };
  const scale = ([low, high], from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);
  const toX = scale(x.range, inner.left, inner.right);
  const toY = scale(y.range, inner.bottom, inner.top);
  const xTicks = x.ticks ?? niceTicks(x.range, Math.min((inner.right - inner.left) / TICK_WIDE_PX, MOST_TICKS));
  const yTicks = y.ticks ?? niceTicks(y.range, Math.min((inner.bottom - inner.top) / TICK_PX, MOST_TICKS));
  const element = makeSvg("g", { class: "axes", "aria-hidden": "true" });
  for (const { at, label } of yTicks) {
    element.append(makeSvg("path", { class: "grid", d: `M${inner.left},${toY(at)}H${inner.right}` }));
    element.append(text("y-tick", inner.left - 6, toY(at) + 4, label));
  }
  for (const { at, label } of xTicks) {
    element.append(makeSvg("path", { class: "tick", d: `M${toX(at)},${inner.bottom}v5` }));
    element.append(text("x-tick", toX(at), inner.bottom + 17, label));
  }
  element.append(makeSvg("path", { class: "axis", d: `M${inner.left},${inner.top}V${inner.bottom}H${inner.right}` }));
  element.append(text("y-title", 0, 12, y.title));
  const [titleX, titleY] = x.ticks?.length ? [inner.left - 6, inner.bottom + 17] : [inner.right, height - 4];
  element.append(text("x-title", titleX, titleY, x.title));
  return { x: toX, y: toY, inner, element };
}

export function text(name, x, y, content) {
  return makeSvg("text", { class: name, x, y }, content);
}
