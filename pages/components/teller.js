// What a visitor changes, told to Python: each change with its count, so that both sides know who is ahead.

const AGAIN_MS = 1000;

export class Teller {
  #name;
  #count; // changes told so far; Python answers how many of them it knows
  #set = () => {};
  #unheard = null; // the newest change, as long as it may have been lost
  #again = 0;

  /** For the component's state value `name`, of which Python knows `seen` changes. */
  constructor(name, seen) {
    this.#name = name;
    this.#count = seen;
  }

  /**
   * Take Streamlit's newest arguments. Returns whether Python knows all that was told: if not, what it sends is an echo.
   * A change that a restarted server had no ear for yet is told again, once.
   */
  knows({ data, setStateValue }) {
    this.#set = (value) => setStateValue(this.#name, value);
    clearTimeout(this.#again);
    if (data.seen >= this.#count) {
      this.#unheard = null;
      return true;
    }
    if (this.#unheard) this.#again = setTimeout(() => this.#tellAgain(), AGAIN_MS);
    return false;
  }

  tell(value) {
    clearTimeout(this.#again);
    this.#count += 1;
    this.#unheard = value;
    this.#set({ ...value, count: this.#count });
  }

  dispose() {
    clearTimeout(this.#again);
  }

  #tellAgain() {
    this.tell(this.#unheard);
    this.#unheard = null;
  }
}
