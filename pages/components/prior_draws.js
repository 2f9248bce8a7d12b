// To be filled by its owner within the hour.

export async function mount() {
  return { update() {}, dispose() {} };
}
