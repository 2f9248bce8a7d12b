// The latent means and labels of the test set: GET /latents/{checkpoint},
// little-endian `u32 n, n x (f32 z1, f32 z2), n x u8 label`.

const PAUSE_MS = { first: 500, longest: 5000 };

/**
 * Fetch until it succeeds: {means: Float32Array [z1, z2, ...], labels: Uint8Array}.
 * `failed(sentence)` hears of every failed attempt; rejects only when `signal` is aborted.
 */
export async function fetchLatents(checkpoint, signal, failed) {
  for (let pause = PAUSE_MS.first; ; pause = Math.min(2 * pause, PAUSE_MS.longest)) {
    try {
      return await fetchOnce(checkpoint, signal);
    } catch (error) {
      signal.throwIfAborted();
      failed(`The test images of "${checkpoint}" cannot be loaded (${error.message}). Trying again.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    signal.throwIfAborted();
  }
}

async function fetchOnce(checkpoint, signal) {
  const url = new URL(`latents/${encodeURIComponent(checkpoint)}`, document.baseURI);
  const response = await fetch(url, { signal }).catch((error) => {
    throw new Error("the server cannot be reached", { cause: error });
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return decodeLatents(await response.arrayBuffer());
}

function decodeLatents(buffer) {
  const view = new DataView(buffer);
  const n = buffer.byteLength >= 4 ? view.getUint32(0, true) : 0;
  if (n === 0 || buffer.byteLength !== 4 + 9 * n) throw new Error("the server answered something else");
  const means = new Float32Array(2 * n);
  for (let i = 0; i < means.length; i++) means[i] = view.getFloat32(4 + 4 * i, true);
  return { means, labels: new Uint8Array(buffer, 4 + 8 * n, n) };
}
