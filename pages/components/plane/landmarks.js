// Where to write a digit's name on the map: on each island of its test digits, where the island is fullest.

const PLACES = 8; // across the shorter side of a digit's own cloud
const CROWDED = 0.05; // of the digits in the fullest place: with fewer a place is shore, and parts islands
const ISLAND = 0.1; // of a digit's test digits: smaller crowds get no name
const ISLANDS = 3; // of a digit that get its name at most

/** One list a digit of points [z1, z2], the largest island's first; empty for a digit without points. `latents` as in latents.js. */
export function landmarks({ means, labels }) {
  const clouds = Array.from({ length: 10 }, () => []);
  labels.forEach((digit, i) => clouds[digit].push([means[2 * i], means[2 * i + 1]]));
  return clouds.map((members) => (members.length ? names(members) : []));
}

function names(members) {
  const large = islands(crowdedPlaces(members)).filter(({ count }) => count >= ISLAND * members.length);
  return large.sort((a, b) => b.count - a.count).slice(0, ISLANDS).map(({ fullest }) => middleOf(fullest));
}

/** Map of "column,row" -> {column, row, count, sum} of the places of a lattice where many of the points lie. */
function crowdedPlaces(members) {
  const extent = [0, 1].map((axis) => spread(members.map((z) => z[axis])));
  const cell = Math.max(Math.min(...extent) / PLACES, 1e-6);
  const places = new Map();
  for (const z of members) {
    const [column, row] = z.map((value) => Math.round(value / cell));
    const key = `${column},${row}`;
    if (!places.has(key)) places.set(key, { column, row, count: 0, sum: [0, 0] });
    const place = places.get(key);
    place.count += 1;
    place.sum = place.sum.map((value, axis) => value + z[axis]);
  }
  const most = Math.max(...[...places.values()].map(({ count }) => count));
  return new Map([...places].filter(([, { count }]) => count >= CROWDED * most));
}

/** The places joined to those beside and diagonal to them: {count, fullest place} each. */
function islands(places) {
  const found = [];
  const left = new Map(places);
  for (const start of places.keys()) {
    if (!left.has(start)) continue;
    const island = { count: 0, fullest: left.get(start) };
    const shore = [take(left, start)];
    while (shore.length) {
      const place = shore.pop();
      island.count += place.count;
      if (place.count > island.fullest.count) island.fullest = place;
      for (const key of around(place)) if (left.has(key)) shore.push(take(left, key));
    }
    found.push(island);
  }
  return found;
}

function take(map, key) {
  const value = map.get(key);
  map.delete(key);
  return value;
}

function around({ column, row }) {
  return [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((up) => `${column + right},${row + up}`));
}

function middleOf({ count, sum }) {
  return sum.map((value) => value / count);
}

/** Width that holds the middle 90 % of the values. */
function spread(values) {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(0.95 * (sorted.length - 1))] - sorted[Math.floor(0.05 * (sorted.length - 1))];
}
