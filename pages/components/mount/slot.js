// One instance of a component's module per element: load it, hand it the newest arguments, let it go.

const LOST = "This part of the page cannot be loaded; is the server running? Trying again.";
const slots = new WeakMap(); // parentElement -> Slot

class Slot {
  constructor(component) {
    this.base = component.data.asset_base;
    this.component = component;
    this.instance = null;
    this.gone = false;
    this.root = component.parentElement.querySelector(`.${component.data.root}`);
    this.load(0);
  }

  async load(failures) {
    const url = new URL(this.base + this.component.data.module, document.baseURI);
    if (failures) url.search = failures; // a browser remembers that a module could not be loaded
    try {
      const { mount } = await import(url);
      if (this.gone) return;
      const instance = await mount(this.root, this.component);
      if (this.gone) return instance.dispose();
      this.notice?.remove();
      this.instance = instance;
      instance.update(this.component);
    } catch (error) {
      console.error(error);
      if (this.gone) return;
      this.tellLoss();
      setTimeout(() => this.gone || this.load(failures + 1), Math.min(500 * 2 ** failures, 5000));
    }
  }

  tellLoss() {
    this.notice ??= document.createElement("p");
    this.notice.setAttribute("role", "status");
    this.notice.textContent = LOST;
    this.root.before(this.notice);
  }

  update(component) {
    this.component = component;
    this.instance?.update(component);
  }

  dispose() {
    this.gone = true;
    this.notice?.remove();
    this.instance?.dispose();
  }
}

export default function (component) {
  const { parentElement, data } = component;
  let slot = slots.get(parentElement);
  const before = slot?.component;
  if (slot?.base === data.asset_base) slot.update(component);
  else {
    slot?.dispose();
    slot = new Slot(component);
    slots.set(parentElement, slot);
  }
  return () => {
    if (slots.get(parentElement) !== slot) return;
    if (parentElement.isConnected) {
      // Streamlit had given this call up for a newer one, but made it all the same: perhaps after the newer one.
      if (before && slot.component === component) slot.update(before);
      return;
    }
    slots.delete(parentElement);
    slot.dispose();
  };
}
