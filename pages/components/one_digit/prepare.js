// Ink on a pad becomes a picture as MNIST's authors made theirs: scaled so that its longer side is 20 pixels, its grey the
// share of each pixel that ink covers, and laid into 28 x 28 by its centre of mass (LeCun et al. 1998, and the notes with
// the files). In all of MNIST the centre lies within half a pixel of column and row 14, counted from 0: whole pixels.

import { SIDE } from "../parts/digit_canvas.js";

const BOX = 20;
const MIDDLE = 14;
const TIE = 1e-6; // what is symmetrical lies between two places, and must not hop
const FULL = 255;

/**
 * From {ink, width, height}, ink row by row from 0 to 255: {pixels, bounds, mass}. `pixels` are 784 grey values, the
 * darkest ink 255. On the pad, in its pixels, `bounds` are {left, top, width, height} of the ink, `mass` the centre [x, y].
 * Null if there is no ink.
 */
export function prepared(pad) {
  const bounds = inked(pad);
  if (!bounds) return null;
  const scale = BOX / Math.max(bounds.width, bounds.height);
  const small = reduced(pad, bounds, scale);
  const [x, y] = centre(small);
  const place = (middle, count) => Math.min(Math.max(Math.round(MIDDLE - middle + TIE), 0), SIDE - count); // nothing is cut off
  const [left, top] = [place(x, small.width), place(y, small.height)];
  const most = Math.max(...small.ink); // a thin pen covers no pixel whole
  const pixels = new Uint8Array(SIDE * SIDE);
  small.ink.forEach((value, i) => {
    const [column, row] = [i % small.width, Math.floor(i / small.width)];
    pixels[(top + row) * SIDE + left + column] = Math.round((FULL * value) / most);
  });
  return { pixels, bounds, mass: [bounds.left + (x + 0.5) / scale, bounds.top + (y + 0.5) / scale] };
}

/** The smallest rectangle that holds all ink; null without any. */
function inked({ ink, width, height }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!ink[i]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The ink within `bounds`, `scale` times as large: each pixel the mean of what it covers, first along rows, then columns. */
function reduced({ ink, width }, bounds, scale) {
  const columns = covers(bounds.width, scale);
  const rows = covers(bounds.height, scale);
  const narrow = new Float64Array(bounds.height * columns.length);
  for (let y = 0; y < bounds.height; y++) {
    const start = (bounds.top + y) * width + bounds.left;
    columns.forEach((parts, k) => {
      let sum = 0;
      for (const [x, share] of parts) sum += share * ink[start + x];
      narrow[y * columns.length + k] = sum;
    });
  }
  const small = new Float64Array(rows.length * columns.length);
  rows.forEach((parts, row) => {
    for (const [y, share] of parts) {
      for (let k = 0; k < columns.length; k++) small[row * columns.length + k] += share * narrow[y * columns.length + k];
    }
  });
  return { ink: small, width: columns.length, height: rows.length };
}

/** For each pixel of the small picture the pixels of a line of `length` that it covers, [index, share]; shares add up to 1. */
function covers(length, scale) {
  const count = Math.ceil(length * scale - TIE);
  return Array.from({ length: count }, (_, k) => {
    const [from, to] = [k / scale, (k + 1) / scale];
    const parts = [];
    for (let i = Math.floor(from); i < Math.min(to, length); i++) {
      const share = (Math.min(to, i + 1) - Math.max(from, i)) * scale;
      if (share > 0) parts.push([i, share]);
    }
    return parts;
  });
}

/** The centre of mass, [column, row] counted from 0, in the middle of the first pixel. */
function centre({ ink, width }) {
  let [mass, x, y] = [0, 0, 0];
  ink.forEach((value, i) => {
    mass += value;
    x += value * (i % width);
    y += value * Math.floor(i / width);
  });
  return [x / mass, y / mass];
}
