// Points of a path between two points of the plane; the same formulas as vae/plane/paths.py.

const COLLINEAR = 0.9995; // |cosine| of the angle at the origin beyond which slerp falls back to the straight line

/** `count` points from a to b, both included: Float32Array [z1, z2, ...]. `kind` is "straight" or "spherical". */
export function pathPoints(kind, a, b, count, limit) {
  const angle = kind === "spherical" ? angleAtOrigin(a, b) : 0;
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [ofA, ofB] = weights(i / (count - 1), angle);
    for (const axis of [0, 1]) {
      const value = ofA * a[axis] + ofB * b[axis];
      points[2 * i + axis] = Math.min(Math.max(value, -limit), limit);
    }
  }
  points.set(a);
  points.set(b, points.length - 2);
  return points;
}

function weights(t, angle) {
  if (!angle) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}

/** The angle between a and b as seen from the origin; 0 where there is none, or no plane arc to walk on. */
function angleAtOrigin(a, b) {
  const cosine = (a[0] * b[0] + a[1] * b[1]) / (Math.hypot(...a) * Math.hypot(...b));
  return Math.abs(cosine) <= COLLINEAR ? Math.acos(cosine) : 0; // not a number: an end at the origin
}
