// The machine: an image, its posterior, noise, a point, the decoded picture, all live.

/** Build the machine inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  return { update() { root.textContent = data.checkpoint; }, dispose() {} };
}
