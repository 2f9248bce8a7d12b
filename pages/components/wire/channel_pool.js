// Decode channels that stay open, one for each of the checkpoints shown last, so that going back costs no connection.

import { channelUrl, DecodeChannel } from "./decode_channel.js";

const KEPT = 4; // a class goes up and down the whole ladder, and every open channel costs the server a socket

export class ChannelPool {
  #channels = new Map(); // checkpoint -> {channel, told, open, sentence}, the one used last at the end
  #current = null;
  #changed;

  /** `changed({open, sentence})` hears how the channel in use is, whenever that changes. */
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
    if (entry.told) this.#changed(entry);
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
    const entry = { channel: null, told: false, open: false, sentence: "" };
    entry.channel = new DecodeChannel(channelUrl(checkpoint), ({ open, sentence = "" }) => {
      if (open === undefined) return;
      Object.assign(entry, { told: true, open, sentence });
      if (checkpoint === this.#current) this.#changed(entry);
    });
    return entry;
  }
}
