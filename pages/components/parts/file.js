// Files that the browser makes and hands to the visitor.

import { make } from "./dom.js";

/** Offer `blob` as a file of this name; the browser asks or saves it, as it is set. */
export function offerFile(blob, name) {
  const href = URL.createObjectURL(blob);
  make("a", { href, download: name }).click();
  URL.revokeObjectURL(href); // the download has begun by then
}
