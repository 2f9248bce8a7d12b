// What the server takes as points and how they are kept; a copy of vae/plane/limits.py, which a test compares.

export const LIMIT = 1000; // of a coordinate's absolute value
export const MAX_POINTS = 256; // of one request
export const DECIMALS = 4; // of a coordinate that is kept
export const NEIGHBOURS = 50; // nearest test digits whose labels are counted

/** A coordinate within what the server takes. */
export function clamped(value) {
  return Math.min(Math.max(value, -LIMIT), LIMIT);
}

/** A number as it is kept, told and written into the address. */
export function rounded(value) {
  return Number(value.toFixed(DECIMALS)) + 0; // no minus zero
}

/** [z1, z2] as it is kept. */
export function kept(z) {
  return z.map((value) => rounded(clamped(value)));
}
