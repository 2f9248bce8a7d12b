// Addresses that are passed on: copied, drawn as QR codes, and whether other machines can reach them.

const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/;
export const LONGEST_IN_QR = 1000; // characters that the route /qr takes

/** Whether only this machine can open a URL. */
export function isLocal({ hostname }) {
  return LOCAL.test(hostname);
}

/** Where the picture of a text's QR code is. */
export function qrCode(text) {
  return new URL(`qr?text=${encodeURIComponent(text)}`, document.baseURI).href;
}

/** Put a text on the clipboard; resolves to whether that was possible: a page without https may not write there. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
