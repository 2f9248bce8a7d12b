// Who decoded the last pictures, and how fast.

/** In words, of a decode channel's condition (see channel_pool.js). */
export function badge({ open, device, decodeMs, batch }) {
  if (!open) return "not connected";
  const time = decodeMs == null ? "" : ` · ${decodeMs.toFixed(1)} ms`;
  const together = batch > 1 ? ` for ${batch} pictures` : "";
  return `${device ?? "connected"}${time}${together}`;
}
