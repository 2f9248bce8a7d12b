// What a visitor changes, told to Python: each change with its count, so that both sides know who is ahead.

export const DECIMALS = 4; // of every coordinate told: what an address carries, and far finer than a pixel

const REST_MS = 300; // a slider has rested when it has been let go for so long
const AGAIN_MS = 3000;
const ATTEMPTS = 3;

export class Teller {
  #name;
  #count; // changes told so far; Python answers how many of them it knows
  #set = () => {};
  #again = 0;
  #resting = 0;

  /** For the component's state value `name`, of which Python knows `seen` changes. */
  constructor(name, seen) {
    this.#name = name;
    this.#count = seen;
  }

  /** Take Streamlit's newest arguments. Returns whether Python knows all that was told: if not, what it sends is an echo. */
  knows({ data, setStateValue }) {
    this.#set = (value) => setStateValue(this.#name, value);
    const known = data.seen >= this.#count;
    if (known) clearTimeout(this.#again);
    return known;
  }

  /** Call `tell` once what moves has come to rest. */
  soon(tell) {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(tell, REST_MS);
  }

  /** Tell a change; again if Python does not answer, for a server that has just come back may have had no ear for it. */
  tell(value, attempts = ATTEMPTS) {
    this.#count += 1;
    this.#set({ ...value, count: this.#count });
    clearTimeout(this.#again);
    if (attempts > 1) this.#again = setTimeout(() => this.tell(value, attempts - 1), AGAIN_MS);
  }

  dispose() {
    clearTimeout(this.#again);
    clearTimeout(this.#resting);
  }
}

/** Whether two values to be told hold the same, fields in the same order. */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
