// The maps of a run: GET /runs/{id}/map?from=K, little-endian `u32 count, u32 m, count x f32 epoch,
// count x m x (f16 z1, f16 z2), m x u8 label`, and the square of the plane that holds them all.

const PRIOR_VIEW = 3.4; // half width that shows the prior's three circles
const CUT = 0.005; // of the codes of a snapshot may lie outside, at each side
const AIR = 1.06;
const GROWTH = 1.25; // at least, when a new snapshot needs more room: the axes are to move seldom

/** {epochs: [...], means: [Float32Array [z1, z2, ...], ...], labels: Uint8Array} of a reply's bytes. */
export function decodeMaps(buffer) {
  const view = new DataView(buffer);
  const [count, m] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (buffer.byteLength !== 8 + count * (4 + 4 * m) + m) throw new Error("the server answered something else");
  const epochs = Array.from({ length: count }, (_, i) => view.getFloat32(8 + 4 * i, true));
  const start = 8 + 4 * count;
  const means = epochs.map((_, i) =>
    Float32Array.from({ length: 2 * m }, (_, j) => half(view.getUint16(start + 2 * (2 * m * i + j), true))),
  );
  return { epochs, means, labels: new Uint8Array(buffer, start + 4 * m * count, m) };
}

/** The number that sixteen bits stand for (IEEE 754, binary16). */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/**
 * The square for all snapshots, {x: [left, right], y: [bottom, top]}: the same at every epoch, or movement would
 * not be true. A model with a prior stands in the prior's middle. `before` is kept as long as it is large enough.
 */
export function squareOf(means, hasPrior, before = null) {
  const limits = means.map((one) => [0, 1].map((axis) => ends(one, axis)));
  const reach = [0, 1].map((axis) => [
    Math.min(...limits.map((each) => each[axis][0])),
    Math.max(...limits.map((each) => each[axis][1])),
  ]);
  if (before && inside(reach, before)) return before;
  const middle = hasPrior ? [0, 0] : reach.map(([low, high]) => (low + high) / 2);
  const needed = AIR * Math.max(...reach.flatMap((each, axis) => each.map((end) => Math.abs(end - middle[axis]))));
  const least = hasPrior ? PRIOR_VIEW : 0.5;
  const side = Math.max(needed, least, before ? (GROWTH * (before.x[1] - before.x[0])) / 2 : 0);
  const [x, y] = middle.map((centre) => [centre - side, centre + side]);
  return { x, y };
}

/** The larger of a cloud's two widths. */
export function widthOf(means) {
  return Math.max(...[0, 1].map((axis) => ends(means, axis)).map(([low, high]) => high - low));
}

function ends(means, axis) {
  const values = Float32Array.from({ length: means.length / 2 }, (_, i) => means[2 * i + axis]).filter(Number.isFinite).sort();
  if (!values.length) return [0, 0];
  const cut = Math.floor(CUT * values.length);
  return [values[cut], values[values.length - 1 - cut]];
}

function inside([x, y], square) {
  return x[0] >= square.x[0] && x[1] <= square.x[1] && y[0] >= square.y[0] && y[1] <= square.y[1];
}
