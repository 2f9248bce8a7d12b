// Decode channels that stay open, one for each of the checkpoints shown last, so that going back costs no connection.

import { DecodeChannel } from "./decode_channel.js";

const KEPT = 4; // a class goes up and down the whole ladder, and every open channel costs the server a socket

export class ChannelPool {
  #channels = new Map(); // checkpoint -> {channel, condition}, the one used last at the end
  #current = null;
  #changed;

  /**
   * `changed` hears how the channel in use is, whenever that changes: {open, sentence, device, decodeMs, batch} as
   * told by it (see decode_channel.js); what it has not told yet is missing.
   */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The channel of a checkpoint, in use from now on. */
  use(checkpoint) {
    this.#current = checkpoint;
    const entry = this.#channels.get(checkpoint) ?? this.#connect(checkpoint);
    this.#channels.delete(checkpoint);
    this.#channels.set(checkpoint, entry);
    if (this.#channels.size > KEPT) this.#drop(this.#channels.keys().next().value);
    this.#changed(entry.condition);
    return entry.channel;
  }

  close() {
    for (const { channel } of this.#channels.values()) channel.close();
  }

  #drop(checkpoint) {
    this.#channels.get(checkpoint).channel.close();
    this.#channels.delete(checkpoint);
  }

  #connect(checkpoint) {
    const entry = { channel: null, condition: {} };
    entry.channel = new DecodeChannel(checkpoint, (news) => {
      entry.condition = { ...entry.condition, ...news };
      if (checkpoint === this.#current) this.#changed(entry.condition);
    });
    return entry;
  }
}
