// A coordinate for the eye and for the ear.

/** As it is written, with its sign's room kept, so that nothing jumps. */
export function written(value) {
  return value.toFixed(2).replace("-", "−").padStart(5, " ");
}

/** As a screen reader says it. */
export function said(value) {
  return value.toFixed(2).replace("-", "minus ");
}
