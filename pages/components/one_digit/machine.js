// The machine: an image, its posterior, noise, a point, the decoded picture, all live.

import { Teller } from "../wire/teller.js";
import { InputBox } from "./input_box.js";
import { OutputBox } from "./output_box.js";

/** Build the machine inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root, { data }) {
  const teller = new Teller("digit", data.seen);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const text = (content) => (content ? btoa(String.fromCharCode(...content)) : "");
  const output = new OutputBox();
  let eps = [0, 0];
  const draw = (seen) => output.draw({ model: "", z1: 0, z2: 0, pixels: input.clean, seen, clean: input.clean, spoiled: input.noise > 0 || input.rubbed !== null });
  const tell = () => teller.tell({ clean: text(input.clean), noise: input.noise, rubbed: text(input.rubbed), eps });
  const input = new InputBox({ changed: draw, rested: tell });
  root.replaceChildren(input.element, output.element);
  const table = { rank: data.table.rank, grey: bytes(data.table.grey) };
  return {
    update(component) {
      const { digit } = component.data;
      if (!teller.news(component, digit)?.length) return;
      eps = digit.eps;
      input.show({ clean: bytes(digit.clean), noise: digit.noise, rubbed: digit.rubbed ? bytes(digit.rubbed) : null, table });
      draw(input.seen);
    },
    dispose() {
      teller.dispose();
      input.dispose();
    },
  };
}
