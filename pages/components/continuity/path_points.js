// Points of a path between two points of the plane; the same formulas as vae/plane/paths.py.

import { clamped } from "../wire/limits.js";

/** `count` points from a to b, both included: Float32Array [z1, z2, ...]. `kind` is "straight" or "spherical". */
export function pathPoints(kind, a, b, count) {
  const at = kind === "spherical" ? turning(a, b) : (t) => [0, 1].map((axis) => (1 - t) * a[axis] + t * b[axis]);
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const z = at(i / (count - 1));
    points.set(z.map(clamped), 2 * i);
  }
  points.set(a);
  points.set(b, points.length - 2);
  return points;
}

/** The point at t of a turn around the origin: angle and radius change evenly. */
function turning(a, b) {
  const [from, to] = [Math.hypot(...a), Math.hypot(...b)];
  const [z1, z2] = from ? a : b; // the origin has no angle: it takes the other end's
  const start = Math.atan2(z2, z1);
  const whole = turn(a, b);
  return (t) => {
    const radius = (1 - t) * from + t * to;
    const angle = start + t * whole;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
}

/** The angle from a to b, the shorter way round; between opposite points counter-clockwise from the right-hand one. */
function turn(a, b) {
  const cross = a[0] * b[1] - a[1] * b[0];
  const dot = a[0] * b[0] + a[1] * b[1];
  if (cross !== 0) return Math.atan2(cross, dot);
  if (dot >= 0) return 0;
  return a[0] > 0 || (a[0] === 0 && a[1] > 0) ? Math.PI : -Math.PI;
}
