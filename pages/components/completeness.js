// Two linked planes: the autoencoder's and that of a rung of the ladder.

/** Build the planes inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root) {
  return { update() {}, dispose() {} };
}
