// The bar of a room above every page: the side of the teacher in the tab that opened it, a student's in every other.

import { recall } from "./memory.js";
import { StudentSide } from "./student_side.js";
import { TeacherSide } from "./teacher_side.js";

/** Build the bar inside `root`; `update` takes Streamlit's arguments, `dispose` ends it. */
export async function mount(root) {
  return new RoomBar(root);
}

class RoomBar {
  #root;
  #code = null;
  #side = null;

  constructor(root) {
    this.#root = root;
  }

  update(component) {
    const { data } = component;
    if (data.code !== this.#code) {
      const Side = recall().code === data.code ? TeacherSide : StudentSide;
      this.#code = data.code;
      this.#side?.dispose();
      this.#side = new Side(this.#root, data);
    }
    this.#side.update(component);
  }

  dispose() {
    this.#side?.dispose();
  }
}
