// The place in one model's plane that belongs to a place in another's: the rule of vae/plane/linking.py, in the browser.

/** The coordinates of latent means [z1, z2, ...], axis by axis, ascending. */
export function sortedAxes(means) {
  return [0, 1].map((axis) => Float64Array.from({ length: means.length / 2 }, (_, i) => means[2 * i + axis]).sort());
}

/** [z1, z2] of one plane at the same quantiles of another; both planes' means as `sortedAxes` returns them. */
export function carried(z, source, target) {
  return z.map((value, axis) => carriedAlong(value, source[axis], target[axis]));
}

function carriedAlong(value, start, end) {
  const last = start.length - 1;
  const [least, most] = [end[0], end.at(-1)];
  const width = start[last] - start[0];
  const ratio = width ? (most - least) / width : 1;
  if (value < start[0]) return least + ratio * (value - start[0]);
  if (value >= start[last]) return most + ratio * (value - start[last]);
  const i = lastNotAbove(start, value);
  const part = (value - start[i]) / (start[i + 1] - start[i]);
  const low = quantile(end, i / last);
  return low + part * (quantile(end, (i + 1) / last) - low);
}

/** Index of the last of the ascending `values` that is not above `value`. */
function lastNotAbove(values, value) {
  let [low, high] = [0, values.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** The value with the share `rank` of the ascending `values` below it, between two of them in proportion. */
function quantile(values, rank) {
  const place = rank * (values.length - 1);
  const i = Math.floor(place);
  const above = values[Math.min(i + 1, values.length - 1)];
  return values[i] + (place - i) * (above - values[i]);
}
