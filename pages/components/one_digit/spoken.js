// What a screen reader says of an image at rest.

import { said } from "../parts/coordinates.js";

export function spoken({ mean, deviation, z }) {
  const width = deviation.map((value) => value.toFixed(3)).join(", ");
  const point = (values) => values.map(said).join(", ");
  return `Mean ${point(mean)}; width ${width}; z ${point(z)}.`;
}
