// What a visitor changes, told to Python: each change with its count, so that both sides know who is ahead.

const REST_MS = 300; // a slider has rested when it has been let go for so long
const AGAIN_MS = 3000;
const ATTEMPTS = 3;

export class Teller {
  #name;
  #count; // changes told so far; Python answers how many of them it knows
  #known; // the value as Python knows it, or soon will
  #answered; // changes of which Python is known to have heard
  #waiting = []; // for its answer
  #set = () => {};
  #again = 0;
  #resting = 0;

  /** For the component's state value `name`, of which Python knows `seen` changes; `known` is what was taken over already. */
  constructor(name, seen, known = {}) {
    this.#name = name;
    this.#count = this.#answered = seen;
    this.#known = known;
  }

  /**
   * Take Streamlit's newest arguments, `value` being what they say. Returns the names of its fields that Python has
   * changed; null if Python does not know yet all that was told, so that what it says is an echo.
   */
  news({ data, setStateValue }, value) {
    this.#set = (told) => setStateValue(this.#name, told);
    if (data.seen < this.#count) return null;
    clearTimeout(this.#again);
    this.#answered = data.seen;
    for (const go of this.#waiting.splice(0)) setTimeout(go); // when the whole page has taken the answer
    const changed = differences(value, this.#known);
    this.#known = structuredClone(value);
    return changed;
  }

  /** Take `value` for what Python knows: it will say something newer by itself. */
  assume(value) {
    this.#known = structuredClone(value);
  }

  /** Call `tell` once what moves has come to rest. */
  soon(tell) {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(tell, REST_MS);
  }

  /** Tell a change; nothing happens if Python knows it. Returns whether it did not. */
  tell(value) {
    if (!differences(value, this.#known).length) return false;
    this.#known = structuredClone(value);
    this.#count += 1;
    this.#send(this.#count, ATTEMPTS);
    return true;
  }

  /** Call `go` once Python has answered all that was told; at once if it has. */
  whenKnown(go) {
    if (this.#answered >= this.#count) go();
    else this.#waiting.push(go);
  }

  dispose() {
    this.#waiting = [];
    clearTimeout(this.#again);
    clearTimeout(this.#resting);
  }

  /**
   * Again if Python does not answer, for a server that has just come back may have had no ear for it. `since` is the count
   * of the first time: Python does once what it hears twice.
   */
  #send(since, attempts) {
    this.#set({ ...this.#known, count: this.#count, since });
    clearTimeout(this.#again);
    if (attempts > 1) this.#again = setTimeout(() => this.#resend(since, attempts - 1), AGAIN_MS);
  }

  #resend(since, attempts) {
    this.#count += 1; // the same value again would be no change to Streamlit
    this.#send(since, attempts);
  }
}

/** Whether two values hold the same, fields in the same order. */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function differences(value, known) {
  return Object.keys(value).filter((name) => !same(value[name], known[name]));
}
