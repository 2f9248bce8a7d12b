// The test digits around a point of the plane, and the digit most of them are.

import { NEIGHBOURS } from "../wire/limits.js";

/**
 * The digit most of the nearest test digits are: {digit, count, of}.
 * `latents` is {means: Float32Array [z1, z2, ...], labels: Uint8Array}.
 */
export function likelyDigit(latents, z1, z2) {
  const of = Math.min(NEIGHBOURS, latents.labels.length);
  const counts = new Uint32Array(10);
  for (const index of nearest(latents.means, z1, z2, of)) counts[latents.labels[index]] += 1;
  const digit = counts.indexOf(Math.max(...counts));
  return { digit, count: counts[digit], of };
}

/** Indices of the `k` means nearest to (z1, z2), nearest first: one pass that keeps a short sorted list. */
function nearest(means, z1, z2, k) {
  const indices = new Uint32Array(k);
  const squares = new Float64Array(k).fill(Infinity);
  for (let i = 0; i < means.length / 2; i++) {
    const square = (means[2 * i] - z1) ** 2 + (means[2 * i + 1] - z2) ** 2;
    if (square >= squares[k - 1]) continue;
    let at = k - 1;
    for (; at > 0 && squares[at - 1] > square; at--) {
      squares[at] = squares[at - 1];
      indices[at] = indices[at - 1];
    }
    squares[at] = square;
    indices[at] = i;
  }
  return indices;
}
