// The test digits around a point of the plane: how their labels vote, and which one was meant by a click.

import { called } from "../parts/classes.js";
import { NEIGHBOURS } from "../wire/limits.js";

/**
 * The label that most of the nearest codes have: {digit, count, of}; null where no code lives near, that is within `reach`.
 * `latents` is {means: Float32Array [z1, z2, ...], labels: Uint8Array}.
 */
export function vote(latents, z1, z2, reach) {
  const of = Math.min(NEIGHBOURS, latents.labels.length);
  const indices = nearest(latents, z1, z2, of);
  const [first1, first2] = codeAt(latents, indices[0]);
  if (Math.hypot(first1 - z1, first2 - z2) > reach) return null;
  const counts = new Uint32Array(10);
  for (const index of indices) counts[latents.labels[index]] += 1;
  const digit = counts.indexOf(Math.max(...counts));
  return { digit, count: counts[digit], of };
}

/** A vote on `classes` in words; null is that of nobody, and without classes there is nothing to vote on. */
export function voteInWords(voted, classes) {
  if (!voted) return "No code lives near here";
  const { digit, count, of } = voted;
  return classes.length ? `Vote of codes: ${called(digit, classes)}, ${count} of ${of}` : "";
}

/** [z1, z2] of the nearest code whose label is not in the set `hidden`, null if there is none. */
export function nearestCode(latents, [z1, z2], hidden) {
  const [index] = nearest(latents, z1, z2, 1, hidden);
  return hidden.has(latents.labels[index]) ? null : codeAt(latents, index);
}

function codeAt({ means }, index) {
  return [means[2 * index], means[2 * index + 1]];
}

/** Indices of the `k` codes nearest to (z1, z2), nearest first: one pass that keeps a short sorted list. */
function nearest({ means, labels }, z1, z2, k, hidden = new Set()) {
  const indices = new Uint32Array(k);
  const squares = new Float64Array(k).fill(Infinity);
  for (let i = 0; i < labels.length; i++) {
    const square = (means[2 * i] - z1) ** 2 + (means[2 * i + 1] - z2) ** 2;
    if (square >= squares[k - 1] || hidden.has(labels[i])) continue;
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
