// Where to write a digit's name on the map: the middle of the fullest place its test digits have.

const PLACES = 8; // across the shorter side of a digit's own cloud

/** One entry a digit, [z1, z2], or null for a digit without points. `latents` as in latents.js. */
export function landmarks({ means, labels }) {
  return Array.from({ length: 10 }, (_, digit) => fullestPlace(means, labels, digit));
}

function fullestPlace(means, labels, digit) {
  const members = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] === digit) members.push([means[2 * i], means[2 * i + 1]]);
  if (!members.length) return null;
  const extent = [0, 1].map((axis) => spread(members.map((z) => z[axis])));
  const cell = Math.max(Math.min(...extent) / PLACES, 1e-6);
  const crowds = new Map();
  for (const z of members) {
    const place = z.map((value) => Math.round(value / cell)).join();
    const crowd = crowds.get(place) ?? { count: 0, sum: [0, 0] };
    crowds.set(place, { count: crowd.count + 1, sum: [crowd.sum[0] + z[0], crowd.sum[1] + z[1]] });
  }
  const { count, sum } = [...crowds.values()].reduce((a, b) => (b.count > a.count ? b : a));
  return [sum[0] / count, sum[1] / count];
}

/** Width that holds the middle 90 % of the values. */
function spread(values) {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(0.95 * (sorted.length - 1))] - sorted[Math.floor(0.05 * (sorted.length - 1))];
}
